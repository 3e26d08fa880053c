-- case: a table without a primary key, but with a required unique column, loses another column
-- expect: lossless
-- check: SELECT body = 'body 3' AND kind = 'x' FROM letters WHERE code = 'l3'
-- check: SELECT body IS NULL FROM letters WHERE code = 'new'
-- before:
CREATE TABLE letters (code TEXT NOT NULL UNIQUE, body TEXT, kind TEXT);
INSERT INTO letters SELECT 'l' || g, 'body ' || g, 'k' FROM generate_series(1, 50) g;
-- up:
ALTER TABLE letters DROP COLUMN body;
-- after:
INSERT INTO letters VALUES ('new', 'k');
UPDATE letters SET kind = 'x' WHERE code = 'l3';
DELETE FROM letters WHERE code = 'l4';
