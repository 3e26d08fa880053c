-- case: a table is dropped
-- expect: lossless
-- says: public.settings
-- check: SELECT count(*) = 200 FROM settings
-- check: SELECT value = 'value 7' FROM settings WHERE key = 's7'
-- up:
DROP TABLE settings;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE videos SET title = 'x' WHERE id = 5;
DELETE FROM jobs WHERE id = 6;
