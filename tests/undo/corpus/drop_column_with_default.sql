-- case: a required column with a default is dropped: rows written since get the default
-- expect: lossless
-- says: public.products.stock
-- check: SELECT stock = 0 FROM products WHERE sku = 'SKU-NEW'
-- check: SELECT stock = 20 FROM products WHERE id = 10
-- up:
ALTER TABLE products DROP COLUMN stock;
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 5);
UPDATE products SET price = 1 WHERE id = 10;
DELETE FROM products WHERE id = 260;
