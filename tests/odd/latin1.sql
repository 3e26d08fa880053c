-- odd: create database options: ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0
-- A LATIN1 database with letters above 127 in names and data. This file itself is ASCII.
SET client_encoding = 'LATIN1';
CREATE SCHEMA U&"sch\00e9ma";
CREATE TYPE U&"sch\00e9ma".U&"\00e9num" AS ENUM (E'\xe9', E'\xfc', E'\xdf');
CREATE TABLE U&"sch\00e9ma".U&"caf\00e9 \00fc" (U&"\00efd" integer CONSTRAINT U&"cl\00e9" PRIMARY KEY, U&"\00e0" text DEFAULT E'd\xe9faut', e U&"sch\00e9ma".U&"\00e9num");
INSERT INTO U&"sch\00e9ma".U&"caf\00e9 \00fc" VALUES (1, E'\xe9\xfc\xdf', E'\xfc'), (2, DEFAULT, E'\xe9'), (3, E'\x80\x9f\xa0\xad\xff', NULL);
INSERT INTO U&"sch\00e9ma".U&"caf\00e9 \00fc" SELECT 1000 + i, chr(i), NULL FROM generate_series(1, 255) i;
COMMENT ON TABLE U&"sch\00e9ma".U&"caf\00e9 \00fc" IS E'comment\xe1ire \xa4';
CREATE FUNCTION U&"sch\00e9ma".U&"fonction\00e9"() RETURNS text LANGUAGE sql AS E'SELECT ''\xe9''::text';
CREATE VIEW U&"sch\00e9ma".v AS SELECT U&"\00e0" AS U&"\00fb" FROM U&"sch\00e9ma".U&"caf\00e9 \00fc" WHERE U&"\00e0" <> E'\xe7';
CREATE SEQUENCE U&"sch\00e9ma".U&"s\00e9quence" START 5;
CREATE TABLE public.documents (j jsonb, x xml, js json);
INSERT INTO public.documents VALUES (E'{"\xe9": "\xfc"}', E'<a>\xe9</a>', E'"\\u00e9 \\u65e5 \xe9"');
