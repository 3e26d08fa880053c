-- case: a check constraint is dropped, and everything still holds it
-- expect: lossless
-- says: products_price_check
-- check: SELECT convalidated FROM pg_constraint WHERE conname = 'products_price_check'
-- up:
ALTER TABLE products DROP CONSTRAINT products_price_check;
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 0);
UPDATE products SET price = 1 WHERE id = 3;
