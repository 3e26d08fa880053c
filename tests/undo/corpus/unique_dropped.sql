-- case: a unique index and a unique constraint are dropped, and nothing is twice
-- expect: lossless
-- says: users_email_key
-- check: SELECT obj_description('users_email_key'::regclass) = 'One account an address'
-- up:
DROP INDEX users_email_key;
ALTER TABLE products DROP CONSTRAINT products_sku_key;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 1);
DELETE FROM users WHERE id = 'u6';
