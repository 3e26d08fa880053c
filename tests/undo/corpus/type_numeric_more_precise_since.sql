-- case: a numeric gets more digits, which are used since and cannot be kept
-- expect: lossy
-- says: public.products.price
-- check: SELECT price = 6.12 FROM products WHERE id = 9
-- check: SELECT price = 7.50 FROM products WHERE id = 10
-- up:
ALTER TABLE products ALTER COLUMN price TYPE NUMERIC(14,4);
-- after:
UPDATE products SET price = 6.1234 WHERE id = 9;
UPDATE products SET price = 7.5 WHERE id = 10;
