-- odd: needs extension safety_odd
-- An extension with configuration tables: their rows are dumped, filtered, in an order that the foreign keys allow,
-- while the rows that CREATE EXTENSION brings are not.
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA "odd extension";
CREATE EXTENSION safety_odd SCHEMA "odd extension";
INSERT INTO "odd extension".z_parent VALUES (10, E'user\trow', false), (11, 'another', false);
INSERT INTO "odd extension".a_child VALUES (1, 10, 3), (2, 11, NULL), (3, 1, NULL);
SELECT nextval('"odd extension".config_sequence'), nextval('"odd extension".config_sequence');
GRANT SELECT ON "odd extension".z_parent TO safety_odd_reader;
GRANT SELECT (id) ON "odd extension".a_child TO safety_odd_reader;
CREATE TABLE public.uses_extension (id integer REFERENCES "odd extension".z_parent, CHECK ("odd extension".is_odd(id)));
INSERT INTO public.uses_extension VALUES (11), (NULL);
CREATE INDEX added_by_user ON "odd extension".z_parent (name);
