-- odd: slow
-- Single values larger than any buffer: 100 MB of text, 60 MB of bytes (120 MB as text), beside small ones.
CREATE SCHEMA odd;
CREATE TABLE odd.big (id integer PRIMARY KEY, t text, b bytea);
INSERT INTO odd.big VALUES (1, 'small', '\x01');
INSERT INTO odd.big SELECT 2, repeat(string_agg(md5(i::text), E'\n' ORDER BY i), 100), NULL FROM generate_series(1, 32768) i;
INSERT INTO odd.big SELECT 3, NULL, decode(repeat(string_agg(md5(i::text), '' ORDER BY i), 60), 'hex') FROM generate_series(1, 65536) i;
INSERT INTO odd.big VALUES (4, NULL, NULL), (5, '', '');
-- Every byte of it is escaped by COPY, and almost nothing is left of it when it is compressed.
INSERT INTO odd.big VALUES (6, repeat(E'\\'||E'\n', 10000000), NULL);
