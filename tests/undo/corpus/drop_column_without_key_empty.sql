-- case: a table without a key and without rows loses a column
-- expect: lossless
-- check: SELECT count(*) = 1 FROM pg_attribute WHERE attrelid = 'inbox'::regclass AND attname = 'body' AND NOT attisdropped
-- before:
CREATE TABLE inbox (at TIMESTAMP NOT NULL, body TEXT, kind TEXT);
-- up:
ALTER TABLE inbox DROP COLUMN body;
-- after:
INSERT INTO settings VALUES ('new', 'row');
