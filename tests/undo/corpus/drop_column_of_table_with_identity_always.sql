-- case: a table whose key is generated always loses a column; numbers go on
-- expect: lossless
-- says: public.audit_log.table_name
-- check: SELECT table_name = 'unknown' FROM audit_log WHERE id = (SELECT max(id) FROM audit_log)
-- check: SELECT count(*) = 50 FROM audit_log WHERE table_name = 'users'
-- fill: public.audit_log.table_name = 'unknown'
-- before:
UPDATE users SET name = 'x' WHERE birth_year > 1990 OR id < 'u11' AND id <> 'u1' AND id <> 'u10';
TRUNCATE audit_log RESTART IDENTITY;
UPDATE users SET name = 'y' WHERE id IN (SELECT id FROM users LIMIT 50);
-- up:
DROP TRIGGER users_audit ON users;
DROP TRIGGER orders_audit ON orders;
ALTER TABLE audit_log DROP COLUMN table_name;
-- after:
INSERT INTO audit_log (operation) VALUES ('BY HAND'), ('BY HAND');
DELETE FROM audit_log WHERE operation = 'NONE';
