-- case: columns are renamed, written under their new names
-- expect: lossless
-- not-in-archive-mode: a renamed column is told from a dropped and an added one by its number only
-- says: public.users.full_name
-- check: SELECT name = 'x' AND phone = '911' FROM users WHERE id = 'u3'
-- check: SELECT name = 'New' FROM users WHERE id = 'n1'
-- up:
ALTER TABLE users RENAME COLUMN name TO full_name;
ALTER TABLE users RENAME COLUMN phone TO mobile;
-- after:
INSERT INTO users (id, email, full_name) VALUES ('n1', 'n1@example.org', 'New');
UPDATE users SET full_name = 'x', mobile = '911' WHERE id = 'u3';
DELETE FROM users WHERE id = 'u4';
