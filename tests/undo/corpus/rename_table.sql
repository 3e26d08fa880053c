-- case: a table is renamed, is written under its new name
-- expect: lossless
-- not-in-archive-mode: a renamed table is told from a dropped and an added one by its oid only
-- says: public.customers
-- check: SELECT name = 'x' FROM users WHERE id = 'u3'
-- check: SELECT count(*) = 300 FROM users
-- up:
ALTER TABLE users RENAME TO customers;
-- after:
INSERT INTO customers (id, email) VALUES ('n1', 'n1@example.org');
UPDATE customers SET name = 'x' WHERE id = 'u3';
DELETE FROM customers WHERE id = 'u4';
