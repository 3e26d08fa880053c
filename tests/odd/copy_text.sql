-- Values that COPY's text form must escape, and whatever splits or counts rows must not trip over.
CREATE SCHEMA odd;
CREATE TABLE odd.texts (id integer PRIMARY KEY, a text, b text);
INSERT INTO odd.texts VALUES
  (1, E'\\.', NULL), (2, '', ''), (3, NULL, E'\\N'), (4, E'\\\\N', 'NULL'), (5, E'\n', E'\n\n'), (6, E'\r', E'\r\n'), (7, E'\t', E'\t\t'),
  (8, E'\\', E'\\\\'), (9, E'ends with \\', E'\\'), (10, E'a\n\\.\nb', E'\n\\.\n'), (11, E'\b\f\v', E'\x01\x7f'), (12, ' ', '  leading'),
  (13, E'\\r\\n\\t', E'\\x41\\101'), (14, 'it''s; "quoted"', '$$'), (15, E'COPY odd.texts FROM stdin;\n1\ta\tb\n\\.\n', '-- Name: x; Type: TABLE'),
  (16, E'\\restrict x\n\\unrestrict x', E'COMMIT;\nBEGIN;'), (17, '<tag attr="1">&amp;</tag>', E'\\"'), (18, E'\\.\r\n', E'\\.\\.');
INSERT INTO odd.texts SELECT 20, string_agg(chr(i), '' ORDER BY i), string_agg(chr(i), '' ORDER BY i DESC) FROM generate_series(1, 127) i;
INSERT INTO odd.texts SELECT 100 + i, chr(i), chr(i) || chr(i) FROM generate_series(1, 255) i;
INSERT INTO odd.texts SELECT 1000 + row_number() OVER (), chr(i), 'a' || chr(i) || 'b'
  FROM unnest(ARRAY[256, 769, 1488, 2047, 2048, 8203, 8206, 8232, 8233, 8238, 55295, 57344, 65279, 65533, 65534, 65535, 65536, 128512, 917601, 1114109, 1114111]) i;
-- One column, so that a row is nothing but its value: empty lines, lines of a dot, the end mark.
CREATE TABLE odd.one_column (a text);
INSERT INTO odd.one_column VALUES (''), (''), (NULL), (E'\\.'), ('.'), (E'\\'), (E'\n'), (' '), (E'\\N'), (E'\t'), ('\\');
-- Lines around buffer sizes.
CREATE TABLE odd.long_lines (n integer, a text);
INSERT INTO odd.long_lines SELECT n, repeat('x', n) FROM unnest(ARRAY[1023, 1024, 4095, 4096, 4097, 8191, 8192, 8193, 65535, 65536, 65537, 1048576]) n;
INSERT INTO odd.long_lines SELECT n, repeat(E'\n', n) FROM unnest(ARRAY[4096, 65535]) n;
INSERT INTO odd.long_lines SELECT n, repeat(E'\\', n) FROM unnest(ARRAY[4097, 65535]) n;
CREATE TABLE odd.bytes (id integer, b bytea);
INSERT INTO odd.bytes SELECT 1, decode(string_agg(lpad(to_hex(i), 2, '0'), '' ORDER BY i), 'hex') FROM generate_series(0, 255) i;
INSERT INTO odd.bytes SELECT 2 + i, decode(lpad(to_hex(i), 2, '0'), 'hex') FROM generate_series(0, 255) i;
INSERT INTO odd.bytes VALUES (300, ''), (301, NULL), (302, '\x5c2e0a'), (303, '\x5c4e');
CREATE TABLE odd.chars (c "char", n name, f char(5), v varchar(3), one char);
INSERT INTO odd.chars VALUES ('', '', '', '', ''), ('\', '\', E'\\\t', '   ', ' '), (E'\\200', 'n', 'ab   ', 'é', '😀'), (NULL, NULL, NULL, NULL, NULL), (E'\\377', E'\n', E'a\nb', E'\t', E'\n');
