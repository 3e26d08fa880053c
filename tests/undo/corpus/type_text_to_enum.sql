-- case: a text with a check and a default becomes an enum
-- expect: lossless
-- says: public.products.status
-- check: SELECT status = 'retired' FROM products WHERE id = 4
-- check: SELECT status = 'draft' FROM products WHERE sku = 'SKU-NEW'
-- check: SELECT to_regtype('public.product_status') IS NULL
-- up:
CREATE TYPE product_status AS ENUM ('draft', 'active', 'retired');
ALTER TABLE products DROP CONSTRAINT products_status_check;
ALTER TABLE products ALTER COLUMN status DROP DEFAULT;
ALTER TABLE products ALTER COLUMN status TYPE product_status USING status::product_status;
ALTER TABLE products ALTER COLUMN status SET DEFAULT 'draft';
-- after:
UPDATE products SET status = 'retired' WHERE id = 4;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 7);
DELETE FROM products WHERE id = 260;
