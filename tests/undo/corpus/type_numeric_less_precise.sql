-- case: a numeric loses its cents
-- expect: lossless
-- says: public.products.price
-- check: SELECT price = 6.00 FROM products WHERE id = 9
-- check: SELECT price = 11.99 FROM products WHERE id = 11
-- check: SELECT price = 7.00 FROM products WHERE sku = 'SKU-NEW'
-- up:
ALTER TABLE products ALTER COLUMN price TYPE NUMERIC(10,0);
-- after:
UPDATE products SET price = 6 WHERE id = 9;
UPDATE products SET stock = 6 WHERE id = 11;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 7);
