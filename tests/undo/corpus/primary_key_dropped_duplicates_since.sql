-- case: a primary key is dropped, and a key was used twice since
-- expect: impossible
-- says: settings_pkey
-- up:
ALTER TABLE settings DROP CONSTRAINT settings_pkey;
-- after:
INSERT INTO settings VALUES ('s5', 'again');
