-- case: prices become cents, and a row was written since: whether its price was is not known, and a cast would make it a hundred times as much
-- expect: impossible
-- says: public.products.price
-- up:
ALTER TABLE products ALTER COLUMN price TYPE INTEGER USING (price * 100)::integer;
-- after:
UPDATE products SET stock = 7 WHERE id = 10;
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 450);
