-- case: a generated column becomes a plain one, and is written since
-- expect: lossy
-- says: public.products.title_length
-- check: SELECT count(*) = 0 FROM products WHERE title_length IS DISTINCT FROM length(title)
-- check: SELECT attgenerated = 's' FROM pg_attribute WHERE attrelid = 'products'::regclass AND attname = 'title_length'
-- up:
ALTER TABLE products ALTER COLUMN title_length DROP EXPRESSION;
-- after:
UPDATE products SET title_length = -1 WHERE id = 3;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 1);
