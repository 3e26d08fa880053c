-- case: a generated column gets another expression
-- expect: lossless
-- says: public.products.title_length
-- check: SELECT count(*) = 0 FROM products WHERE title_length IS DISTINCT FROM length(title)
-- up:
ALTER TABLE products DROP COLUMN title_length;
ALTER TABLE products ADD COLUMN title_length INTEGER GENERATED ALWAYS AS (length(title) * 2) STORED;
-- after:
UPDATE products SET title = 'longer than before' WHERE id = 3;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 1);
