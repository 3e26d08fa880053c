-- case: prices become cents; nobody wrote one of their rows since
-- expect: lossless
-- says: public.products.price
-- check: SELECT price = 10.99 AND title = 'Product 10' FROM products WHERE id = 10
-- up:
ALTER TABLE products ALTER COLUMN price TYPE INTEGER USING (price * 100)::integer;
-- after:
UPDATE categories SET title = 'x' WHERE id = 3;
DELETE FROM products WHERE id = 260;
