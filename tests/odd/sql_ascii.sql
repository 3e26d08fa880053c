-- odd: create database options: ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
-- A SQL_ASCII database: bytes above 127 mean nothing and are not valid UTF-8, in data and in names.
SET client_encoding = 'SQL_ASCII';
CREATE SCHEMA odd;
CREATE TABLE odd.texts (id integer PRIMARY KEY, t text);
INSERT INTO odd.texts SELECT i, chr(i) FROM generate_series(1, 255) i;
INSERT INTO odd.texts VALUES (1000, E'latin \xe9\xfc'), (1001, E'utf \xc3\xa9 \xf0\x9f\x98\x80'), (1002, E'cut \xc3'), (1003, E'\xff\xfe\x80\\.\x0a'), (1004, E'sjis \x83\x5c');
DO $$
BEGIN
  EXECUTE format('CREATE SCHEMA %I', E'sch\xe9ma');
  EXECUTE format('CREATE TABLE %I.%I (id integer CONSTRAINT %I PRIMARY KEY, %I text DEFAULT %L)', E'sch\xe9ma', E'tabl\xe9 \xff', E'key \x80', E'col \xc3', E'd\xe9f');
  EXECUTE format('INSERT INTO %I.%I (id) VALUES (1), (2)', E'sch\xe9ma', E'tabl\xe9 \xff');
  EXECUTE format('INSERT INTO %I.%I VALUES (3, %L)', E'sch\xe9ma', E'tabl\xe9 \xff', E'\x83\\');
  EXECUTE format('CREATE TYPE odd.labels AS ENUM (%L, %L)', E'\xe9', E'\xc3\xa9');
  EXECUTE format('COMMENT ON TABLE %I.%I IS %L', E'sch\xe9ma', E'tabl\xe9 \xff', E'comment \xe9 \xff');
  EXECUTE format('CREATE SEQUENCE odd.%I START 9', E'seq \xfe');
  EXECUTE format('CREATE FUNCTION odd.%I() RETURNS text LANGUAGE sql AS %L', E'f\xfc', E'SELECT ''\xe9''::text');
END $$;
CREATE TABLE odd.uses (l odd.labels);
INSERT INTO odd.uses VALUES (E'\xe9'), (E'\xc3\xa9'), (NULL);
CREATE INDEX uses_expression ON odd.texts (upper(t)) WHERE t <> E'\xdf';
