-- case: a generated column is dropped
-- expect: lossless
-- says: public.products.title_length
-- check: SELECT title_length = length(title) FROM products WHERE id = 10
-- check: SELECT count(*) = 0 FROM products WHERE title_length IS DISTINCT FROM length(title)
-- up:
ALTER TABLE products DROP COLUMN title_length;
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 5);
UPDATE products SET title = 'Something longer' WHERE id = 10;
DELETE FROM products WHERE id = 260;
