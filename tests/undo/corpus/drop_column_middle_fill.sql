-- case: a dropped column comes back with a value for the rows written since
-- expect: lossless
-- fill: public.users.phone = 'of ' || name
-- check: SELECT phone = 'of Nina' FROM users WHERE id = 'n1'
-- check: SELECT phone = '+1 780 555 0002' FROM users WHERE id = 'u2'
-- check: SELECT phone IS NULL FROM users WHERE id = 'u4'
-- up:
ALTER TABLE users DROP COLUMN phone;
-- after:
INSERT INTO users (id, email, name) VALUES ('n1', 'n1@example.org', 'Nina');
UPDATE users SET name = 'Changed' WHERE id IN ('u2', 'u4');
DELETE FROM users WHERE id = 'u3';
