-- case: a column goes with its statistics target, storage, options, comment, privileges and extended statistics
-- expect: lossless
-- check: SELECT attstattarget = 500 AND attstorage = 'e' AND attoptions = '{n_distinct=42}' AND attcompression = 'p' FROM pg_attribute WHERE attrelid = 'products'::regclass AND attname = 'description'
-- check: SELECT has_column_privilege('public', 'products', 'description', 'UPDATE')
-- check: SELECT EXISTS (SELECT FROM pg_statistic_ext WHERE stxname = 'products_stats')
-- before:
ALTER TABLE products ALTER COLUMN description SET STATISTICS 500, ALTER COLUMN description SET STORAGE EXTERNAL, ALTER COLUMN description SET COMPRESSION pglz, ALTER COLUMN description SET (n_distinct = 42);
COMMENT ON COLUMN products.description IS 'In markdown';
CREATE STATISTICS products_stats (dependencies) ON title, description FROM products;
-- up:
DROP STATISTICS products_stats;
ALTER TABLE products DROP COLUMN description;
-- after:
UPDATE products SET stock = 1 WHERE id = 10;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 5);
