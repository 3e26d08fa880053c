-- case: a unique index is dropped, and an address was used twice since
-- expect: impossible
-- says: users_email_key
-- says: user5@example.org
-- up:
DROP INDEX users_email_key;
CREATE INDEX users_email_idx ON users (email);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'user5@example.org');
