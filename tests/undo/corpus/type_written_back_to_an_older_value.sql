-- case: a value was written since that another row had before: it is the new one that counts
-- expect: lossless
-- check: SELECT status = 'active' FROM products WHERE id = 3
-- check: SELECT price = 7.00 FROM products WHERE id = 4
-- up:
CREATE TYPE product_status AS ENUM ('draft', 'active', 'retired');
ALTER TABLE products DROP CONSTRAINT products_status_check, ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE product_status USING status::product_status;
ALTER TABLE products ALTER COLUMN price TYPE NUMERIC(10,0);
-- after:
UPDATE products SET status = 'active' WHERE id = 3;
UPDATE products SET price = 6 WHERE id = 4;
UPDATE products SET price = 7 WHERE id = 4;
