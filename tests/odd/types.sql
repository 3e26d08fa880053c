-- User-defined types: domains, enums, ranges, composites, base types, arrays of all of them.
CREATE SCHEMA odd;
CREATE DOMAIN odd.positive AS integer DEFAULT 7 CONSTRAINT above_zero CHECK (VALUE > 0);
CREATE DOMAIN odd.small_positive AS odd.positive NOT NULL CONSTRAINT "below; hundred" CHECK (VALUE < 100);
ALTER DOMAIN odd.small_positive ADD CONSTRAINT not_thirteen CHECK (VALUE <> 13) NOT VALID;
CREATE DOMAIN odd.text_c AS text COLLATE "C" DEFAULT E'a''b\\c' CHECK (VALUE ~ '^[^;]*$');
CREATE DOMAIN odd.three_numbers AS integer[] CHECK (array_length(VALUE, 1) = 3);
COMMENT ON DOMAIN odd.positive IS 'domain';
COMMENT ON CONSTRAINT above_zero ON DOMAIN odd.positive IS 'domain constraint';

CREATE TYPE odd."Mood ""of day""" AS ENUM ('', ' ', 'it''s', 'a"b', 'a,b', '{x}', E'new\nline', E'tab\tbed', E'back\\slash', 'NULL', 'null', 'ünï', '日本', '😀', '(', 'a;b', '$$');
ALTER TYPE odd."Mood ""of day""" ADD VALUE 'inserted before space' BEFORE ' ';
ALTER TYPE odd."Mood ""of day""" ADD VALUE 'in the middle' AFTER '{x}';
COMMENT ON TYPE odd."Mood ""of day""" IS 'moods';

CREATE TYPE odd.point_3d AS (x float8, y float8, z odd.positive);
CREATE TYPE odd.nested AS (name text, place odd.point_3d, path odd.point_3d[], mood odd."Mood ""of day""", "odd; column" text COLLATE "C");
ALTER TYPE odd.nested ADD ATTRIBUTE gone integer;
ALTER TYPE odd.nested DROP ATTRIBUTE gone;
ALTER TYPE odd.nested ADD ATTRIBUTE late text;
COMMENT ON COLUMN odd.nested.place IS 'attribute comment';
CREATE DOMAIN odd.nested_domain AS odd.nested CHECK (VALUE IS NULL OR (VALUE).name <> '');

CREATE TYPE odd.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE odd.text_range AS RANGE (subtype = text, collation = "C", multirange_type_name = odd."many texts");
CREATE FUNCTION odd.even_canonical(odd.float_range) RETURNS odd.float_range LANGUAGE sql IMMUTABLE AS 'SELECT $1';

-- A base type over the integer's own functions, left as a shell first, with an array, a range and a cast of its own.
CREATE TYPE odd.shell_only;
COMMENT ON TYPE odd.shell_only IS 'never finished';
CREATE TYPE odd.base;
CREATE FUNCTION odd.base_in(cstring) RETURNS odd.base LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION odd.base_out(odd.base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE odd.base (INPUT = odd.base_in, OUTPUT = odd.base_out, LIKE = integer, CATEGORY = 'O', PREFERRED = true, DEFAULT = '5', DELIMITER = ';');

CREATE TABLE odd.typed (
  id integer PRIMARY KEY,
  p odd.positive, s odd.small_positive DEFAULT 1, t odd.text_c, three odd.three_numbers,
  mood odd."Mood ""of day""", moods odd."Mood ""of day"""[],
  nested odd.nested, nesteds odd.nested[], nested_domain odd.nested_domain,
  fr odd.float_range, fmr odd.float_multirange, tr odd.text_range, tmr odd."many texts", frs odd.float_range[],
  b odd.base, bs odd.base[], ps odd.positive[]);
INSERT INTO odd.typed (id, mood) SELECT row_number() OVER (), m FROM unnest(enum_range(NULL::odd."Mood ""of day""")) m;
INSERT INTO odd.typed VALUES (100, 1, 2, '\N', '{1,2,3}', '', enum_range(NULL::odd."Mood ""of day"""),
  ROW('a "quoted", (name)', ROW(1.5, 'NaN', 3), ARRAY[ROW(0, 0, 1)::odd.point_3d, NULL, ROW(NULL, '-Infinity', NULL)::odd.point_3d], E'new\nline', E'back\\slash', NULL),
  ARRAY[ROW('', NULL, '{}', NULL, NULL, ''), NULL]::odd.nested[],
  ROW('d', NULL, NULL, NULL, NULL, NULL)::odd.nested_domain,
  '[0.1,0.30000000000000004)', '{[1,2),(3,4]}', '["a,b","c\"d")', '{["",a],(b,)}', ARRAY['empty', '(,)', NULL]::odd.float_range[],
  '-7', '{1;2;NULL}', '{5,6}');
INSERT INTO odd.typed (id, s, b) VALUES (101, 99, DEFAULT);

CREATE TABLE odd.arrays (id integer PRIMARY KEY, n integer[], t text[], tt text[][], b bytea[], j jsonb[], d date[3]);
INSERT INTO odd.arrays VALUES
  (1, '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '[-3:-1]={1,NULL,3}', '{NULL,"NULL","null","",","," ","\"","\\","{}"}', '{{a,b},{c,NULL}}', ARRAY['\x00ff'::bytea, ''], ARRAY['{"a": [1, "\\u0041"]}'::jsonb], '{infinity,-infinity}'),
  (3, '[0:1][2:3][-1:-1]={{{1},{2}},{{3},{4}}}', ARRAY[E'\n', E'\t', E'\\N', E'\\.'], '[5:5][1:2]={{x,y}}', NULL, NULL, NULL),
  (4, NULL, ARRAY[NULL]::text[], NULL, NULL, ARRAY[NULL, 'null']::jsonb[], NULL);

-- The row type of a table as a column of another.
CREATE TABLE odd.uses_row (whole odd.arrays, many odd.arrays[]);
INSERT INTO odd.uses_row SELECT a, ARRAY[a, NULL] FROM odd.arrays a;
