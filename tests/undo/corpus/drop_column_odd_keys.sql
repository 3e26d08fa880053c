-- case: tables whose keys are of several columns and types lose columns
-- expect: lossless
-- check: SELECT body = 'body 7' AND kind = 'x' FROM pages WHERE number = 7
-- check: SELECT count(*) FILTER (WHERE body = 'body ' || number) = 49 AND count(*) = 50 FROM pages
-- check: SELECT body = 'it''s' FROM words WHERE word = E'a\tb'
-- before:
CREATE TABLE pages (book UUID, body TEXT, at TIMESTAMPTZ, number NUMERIC, kind TEXT, flag BOOLEAN, PRIMARY KEY (number, at, book, flag));
INSERT INTO pages SELECT ('00000000-0000-0000-0000-' || lpad(g::text, 12, '0'))::uuid, 'body ' || g, '2025-01-01 00:00:00.000001+00'::timestamptz + g * interval '1 microsecond', g, 'k', g % 2 = 0 FROM generate_series(1, 50) g;
CREATE TABLE words (word TEXT COLLATE "C" PRIMARY KEY, body TEXT, kind TEXT);
INSERT INTO words VALUES (E'a\tb', 'it''s', 'k'), ('\N', 'null', 'k'), ('', 'empty', 'k'), (E'line\nline', 'lines', 'k'), ('ÄÖ', 'umlauts', 'k'), ('äö', 'small', 'k');
-- up:
ALTER TABLE pages DROP COLUMN body;
ALTER TABLE words DROP COLUMN body;
-- after:
UPDATE pages SET kind = 'x' WHERE number = 7;
DELETE FROM pages WHERE number = 8;
INSERT INTO pages VALUES ('00000000-0000-0000-0000-000000000000', '2025-01-01', 51, 'new', true);
UPDATE words SET kind = 'x';
INSERT INTO words VALUES ('new');
