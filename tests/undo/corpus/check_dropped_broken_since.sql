-- case: a check constraint is dropped, and rows were written since that do not hold it
-- expect: impossible
-- says: products_price_check
-- up:
ALTER TABLE products DROP CONSTRAINT products_price_check;
-- after:
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', -1);
