-- case: a table loses most of its columns, and is still the same table by its key
-- expect: lossless
-- says: public.users.email
-- check: SELECT count(*) = 300 FROM users
-- check: SELECT email = 'user5@example.org' AND name = 'User 5' AND is_active FROM users WHERE id = 'u5'
-- check: SELECT email = 'n1@nowhere' AND created_at = '2026-01-01' FROM users WHERE id = 'n1'
-- fill: public.users.email = id || '@nowhere'
-- up:
DROP VIEW big_spenders;
DROP TRIGGER users_updated_at ON users;
ALTER TABLE users DROP COLUMN email, DROP COLUMN name, DROP COLUMN phone, DROP COLUMN role, DROP COLUMN permissions, DROP COLUMN birth_year, DROP COLUMN is_active, DROP COLUMN updated_at;
-- after:
INSERT INTO users (id, created_at) VALUES ('n1', '2026-01-01');
DELETE FROM users WHERE id = 'u6';
