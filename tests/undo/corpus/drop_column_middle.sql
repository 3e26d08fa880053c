-- case: a column in the middle is dropped; rows are inserted, updated and deleted since
-- expect: lossless
-- says: public.users.phone
-- check: SELECT phone = '+1 780 555 0001' FROM users WHERE id = 'u1'
-- check: SELECT phone = '+1 780 555 0002' AND name = 'Changed' FROM users WHERE id = 'u2'
-- check: SELECT phone IS NULL FROM users WHERE id = 'n1'
-- check: SELECT EXISTS (SELECT FROM pg_description WHERE objoid = 'users'::regclass AND description LIKE 'As typed%')
-- up:
ALTER TABLE users DROP COLUMN phone;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE users SET name = 'Changed' WHERE id = 'u2';
DELETE FROM users WHERE id = 'u3';
INSERT INTO orders (id, user_id, total) VALUES ('on1', 'n1', 3);
