-- case: a dropped column held values of a megabyte
-- expect: lossless
-- check: SELECT length(body) = 1048576 AND md5(body) = md5(repeat('0123456789abcde' || chr(10), 65536)) FROM documents WHERE id = 1
-- check: SELECT octet_length(raw) = 262144 FROM documents WHERE id = 2
-- check: SELECT length(body) = 1000001 FROM documents WHERE id = 3
-- before:
CREATE TABLE documents (id SERIAL PRIMARY KEY, title TEXT, body TEXT, raw BYTEA);
ALTER TABLE documents ALTER COLUMN body SET STORAGE EXTERNAL;
INSERT INTO documents (title, body) VALUES ('one', repeat('0123456789abcde' || chr(10), 65536));
INSERT INTO documents (title, raw) VALUES ('two', decode(repeat('00ff5c0a', 65536), 'hex'));
INSERT INTO documents (title, body) VALUES ('three', repeat('ü', 1000001));
-- up:
ALTER TABLE documents DROP COLUMN body, DROP COLUMN raw;
-- after:
INSERT INTO documents (title) VALUES (repeat('long title ', 100000));
UPDATE documents SET title = 'uno' WHERE id = 1;
