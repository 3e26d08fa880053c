-- case: dropped columns held every kind of text: backslashes, tabs, line ends, the text of NULL, arrays, infinities
-- expect: lossless
-- check: SELECT t = E'tab\there \\N back\\slash\r\nline "quoted" ''too''' FROM oddities WHERE id = 1
-- check: SELECT t = '\N' AND a = ARRAY['\N', NULL, '', '{x}', 'a,b'] FROM oddities WHERE id = 2
-- check: SELECT t = '' AND d = 'NaN' AND f = '-Infinity' AND w = 'infinity' FROM oddities WHERE id = 3
-- check: SELECT t IS NULL AND r = '[2025-01-01,2025-02-01)' AND f = 0.1 + 0.2::float8 AND w = '0044-03-15 12:00:00+00 BC' FROM oddities WHERE id = 4
-- before:
CREATE TABLE oddities (id INTEGER PRIMARY KEY, t TEXT, a TEXT[], d NUMERIC, f DOUBLE PRECISION, w TIMESTAMPTZ, r DATERANGE, i INTERVAL, x BYTEA, keep TEXT);
INSERT INTO oddities VALUES (1, E'tab\there \\N back\\slash\r\nline "quoted" ''too''', '{}', 1e100, 1e-300, 'now', 'empty', '-1 mon +2 days', '\x00ff', 'k'),
  (2, '\N', ARRAY['\N', NULL, '', '{x}', 'a,b'], -0.00010, '-0', NULL, '(,)', '1 year 00:00:00.000001', '\x', E'\\.'),
  (3, '', NULL, 'NaN', '-Infinity', 'infinity', NULL, NULL, NULL, E'\\.\n'),
  (4, NULL, NULL, 3.14159265358979323846264338327950288, 0.1 + 0.2::float8, '0044-03-15 12:00:00+00 BC', '[2025-01-01,2025-02-01)', '178000000 years', NULL, NULL);
-- up:
ALTER TABLE oddities DROP COLUMN t, DROP COLUMN a, DROP COLUMN d, DROP COLUMN f, DROP COLUMN w, DROP COLUMN r, DROP COLUMN i, DROP COLUMN x;
-- after:
INSERT INTO oddities VALUES (5, E'\\N\t\n');
UPDATE oddities SET keep = E'changed\n\\.' WHERE id = 4;
