-- case: a generated column and an index on it are added: nothing is in it that is not elsewhere
-- expect: lossless
-- says: public.users.email_lower
-- up:
ALTER TABLE users ADD COLUMN email_lower TEXT GENERATED ALWAYS AS (lower(email)) STORED;
CREATE UNIQUE INDEX users_email_lower_key ON users (email_lower);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'N1@example.org');
DELETE FROM users WHERE id = 'u9';
