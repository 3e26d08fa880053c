-- case: a column gets a new domain as its type
-- expect: lossless
-- says: public.users.email
-- check: SELECT atttypid = 'text'::regtype FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'email'
-- check: SELECT email = 'x@example.org' FROM users WHERE id = 'u3'
-- up:
CREATE DOMAIN email_address AS TEXT CHECK (VALUE LIKE '%@%');
DROP VIEW big_spenders;
ALTER TABLE users ALTER COLUMN email TYPE email_address;
CREATE VIEW big_spenders AS SELECT t.user_id, u.email, t.total FROM order_totals t JOIN users u ON u.id = t.user_id WHERE t.total > 500;
COMMENT ON VIEW big_spenders IS 'For the newsletter';
-- after:
UPDATE users SET email = 'x@example.org' WHERE id = 'u3';
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
