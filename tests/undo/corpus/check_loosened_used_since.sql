-- case: a check constraint lets another word in, which is used since
-- expect: impossible
-- says: products_status_check
-- up:
ALTER TABLE products DROP CONSTRAINT products_status_check, ADD CONSTRAINT products_status_check CHECK (status IN ('draft', 'active', 'retired', 'sold'));
-- after:
UPDATE products SET status = 'sold' WHERE id IN (3, 4);
