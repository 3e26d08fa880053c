-- case: a yes or no becomes a word
-- expect: lossless
-- says: public.users.is_active
-- check: SELECT NOT is_active FROM users WHERE id = 'u5'
-- check: SELECT is_active FROM users WHERE id = 'n1'
-- check: SELECT NOT is_active FROM users WHERE id = 'u7'
-- up:
ALTER TABLE users ALTER COLUMN is_active DROP DEFAULT, ALTER COLUMN is_active TYPE TEXT, ALTER COLUMN is_active SET DEFAULT 'true';
-- after:
UPDATE users SET is_active = 'false' WHERE id = 'u5';
UPDATE users SET name = 'x' WHERE id = 'u7';
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
