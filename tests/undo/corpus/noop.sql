-- case: a migration that changes nothing; rows are written all the same
-- expect: lossless
-- check: SELECT value = 'x' FROM settings WHERE key = 's3'
-- up:
ALTER TABLE users ADD COLUMN temporary TEXT;
ALTER TABLE users DROP COLUMN temporary;
CREATE TABLE nothing (id INTEGER);
DROP TABLE nothing;
CREATE INDEX IF NOT EXISTS users_role_idx ON users (role);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE settings SET value = 'x' WHERE key = 's3';
DELETE FROM settings WHERE key = 's4';
