-- Names that break whoever quotes with less than the server's own rules, as schemas, tables, columns, constraints,
-- sequences, functions, enums and indexes.
CREATE TEMPORARY TABLE odd_name (n integer GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO odd_name (name) VALUES
  ('with space'), (' leading and trailing '), ('single''quote'), ('double"quote'), ('""'), (''''''), ('back\slash'), ('\'), ('ends with \'),
  ('semi;colon'), ('$$'), ('$tag$'), ('$1'), ('%s %I %L %%'), ('{curly}'), ('`tick` $(id) ${HOME}'), ('a.b'), ('.'), ('..'), ('/'), ('a/b'), ('*'), ('?'), ('!'), ('|'),
  ('-- comment'), ('/* comment'), ('*/'), (':variable'), (':''v'''), ('\connect x'), ('\.'), ('\N'), ('--help'), ('-f'), ('@'), ('#'), ('~'),
  (E'new\nline'), (E'\n\\.\n'), (E'\r\nwindows'), (E'tab\ttab'), (E'x\n-- Name: fake; Type: TABLE; Schema: x; Owner: y\n'), (E'a\n) FROM stdin;\n'),
  (E'\n\\connect nowhere\n'), (E'\x01\x1b[31m\x7f'), ('COPY x (a) FROM stdin;'),
  ('UPPER'), ('CamelCase'), ('select'), ('table'), ('user'), ('end'), ('all'), ('between'), ('int'), ('null'), ('true'), ('public table'), ('1digit'), ('_'), ('0'),
  ('Größe'), ('Ελληνικά'), ('Кириллица'), ('עברית'), ('العربية'), ('हिन्दी'), ('日本語'), ('한국어'), ('ไทย'), ('😀👩‍👩‍👧'), ('e' || chr(769)), (chr(233)), (chr(160)), (chr(8238) || 'rtl'), (chr(65279) || 'bom'), (chr(8232)), (chr(1114111)),
  (repeat('x', 63)), (repeat('é', 31)), (repeat('😀', 15)), (repeat('"', 63));

SELECT format('CREATE SCHEMA %1$I; COMMENT ON SCHEMA %1$I IS %2$L', name, E'comment\n\\.\n' || name) FROM odd_name ORDER BY n \gexec
SELECT format('CREATE TYPE %1$I.%1$I AS ENUM (%1$L, ''other'')', name) FROM odd_name ORDER BY n \gexec
SELECT format('CREATE SEQUENCE %1$I.%2$I START 7', name, left(name, 14) || ' s') FROM odd_name ORDER BY n \gexec
SELECT format('CREATE TABLE %1$I.%2$I (id integer CONSTRAINT %1$I PRIMARY KEY, %1$I %1$I.%1$I DEFAULT %1$L, number bigint DEFAULT nextval(%3$L), note text, CONSTRAINT %2$I CHECK (note <> %1$L OR id > 0), CONSTRAINT %4$I UNIQUE (%1$I, id))',
              name, left(name, 14) || ' t', format('%I.%I', name, left(name, 14) || ' s'), left(name, 14) || ' u')
  FROM odd_name WHERE name <> 'id' ORDER BY n \gexec
SELECT format('INSERT INTO %I.%I (id, note) VALUES (1, %3$L), (2, NULL), (3, %4$L)', name, left(name, 14) || ' t', name, E'\\.\n' || name) FROM odd_name ORDER BY n \gexec
SELECT format('ALTER TABLE %1$I.%2$I ADD COLUMN self integer CONSTRAINT %3$I REFERENCES %1$I.%2$I', name, left(name, 14) || ' t', left(name, 14) || ' f') FROM odd_name ORDER BY n \gexec
SELECT format('CREATE INDEX %1$I ON %2$I.%3$I (note)', left(name, 14) || ' i', name, left(name, 14) || ' t') FROM odd_name ORDER BY n \gexec
SELECT format('CREATE FUNCTION %1$I.%1$I(%1$I integer DEFAULT 1) RETURNS text LANGUAGE sql AS %2$L', name, 'SELECT ' || quote_literal(name)) FROM odd_name ORDER BY n \gexec
SELECT format('CREATE VIEW %1$I.%2$I AS SELECT %1$I, id AS %3$I FROM %1$I.%4$I', name, left(name, 14) || ' v', left(name, 14) || ' c', left(name, 14) || ' t') FROM odd_name ORDER BY n \gexec
SELECT format('CREATE TRIGGER %1$I BEFORE UPDATE ON %1$I.%2$I FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(%1$L)', name, left(name, 14) || ' t') FROM odd_name ORDER BY n \gexec
SELECT format('CREATE POLICY %1$I ON %1$I.%2$I USING (note <> %1$L)', name, left(name, 14) || ' t') FROM odd_name ORDER BY n \gexec
SELECT format('COMMENT ON COLUMN %1$I.%2$I.%1$I IS %1$L', name, left(name, 14) || ' t') FROM odd_name ORDER BY n \gexec

-- Names that differ only by what a careless comparison drops.
CREATE TABLE public.same (id integer);
CREATE TABLE public."Same" (id integer);
CREATE TABLE public."same " (id integer);
INSERT INTO public.same VALUES (1);
INSERT INTO public."Same" VALUES (2);
INSERT INTO public."same " VALUES (3);
-- A schema and tables that only look like ours or like the system's.
CREATE SCHEMA safety_net;
CREATE TABLE safety_net.kept (id integer);
INSERT INTO safety_net.kept VALUES (1);
CREATE SCHEMA "Safety";
CREATE TABLE "Safety".kept (id integer);
INSERT INTO "Safety".kept VALUES (1);
CREATE SCHEMA pgx_catalog;
CREATE TABLE public.safety (id integer);
INSERT INTO public.safety VALUES (4);
