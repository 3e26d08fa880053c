-- case: prices become cents; what was written since comes back by the expression that is said
-- expect: lossless
-- fill: public.products.price = price / 100.0
-- check: SELECT price = 10.99 AND stock = 7 FROM products WHERE id = 10
-- check: SELECT price = 4.50 FROM products WHERE sku = 'SKU-NEW'
-- up:
ALTER TABLE products ALTER COLUMN price TYPE INTEGER USING (price * 100)::integer;
-- after:
UPDATE products SET stock = 7 WHERE id = 10;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 450);
