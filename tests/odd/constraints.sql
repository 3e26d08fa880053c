-- Constraints: keys in circles, to themselves, not valid, deferrable; checks that existing rows break; exclusion.
CREATE SCHEMA odd;
CREATE TABLE odd.hen (id integer PRIMARY KEY, egg integer NOT NULL);
CREATE TABLE odd.egg (id integer PRIMARY KEY, hen integer NOT NULL REFERENCES odd.hen DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE odd.hen ADD CONSTRAINT "hen; egg" FOREIGN KEY (egg) REFERENCES odd.egg DEFERRABLE INITIALLY IMMEDIATE;
COMMENT ON CONSTRAINT "hen; egg" ON odd.hen IS 'which came first';
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO odd.hen SELECT i, 11 - i FROM generate_series(1, 10) i;
INSERT INTO odd.egg SELECT i, 11 - i FROM generate_series(1, 10) i;
COMMIT;

-- The child comes before its parent in the file, whatever the order of the rows.
CREATE TABLE odd.tree (id integer PRIMARY KEY, parent integer REFERENCES odd.tree ON DELETE CASCADE ON UPDATE SET DEFAULT);
INSERT INTO odd.tree VALUES (1, 2), (2, 3), (3, NULL), (4, 4);

CREATE TABLE odd.target (a integer, b integer, c text, PRIMARY KEY (a, b), UNIQUE (c) INCLUDE (a));
CREATE TABLE odd.refers (id integer, a integer, b integer DEFAULT 1, c text,
  CONSTRAINT some_columns FOREIGN KEY (a, b) REFERENCES odd.target ON DELETE SET NULL (a) ON UPDATE CASCADE,
  CONSTRAINT default_column FOREIGN KEY (a, b) REFERENCES odd.target ON DELETE SET DEFAULT (b),
  CONSTRAINT full_match FOREIGN KEY (a, b) REFERENCES odd.target MATCH FULL);
INSERT INTO odd.target VALUES (1, 1, 'x'), (1, 2, NULL), (2, 1, NULL);
INSERT INTO odd.refers VALUES (1, 1, 1, 'x'), (2, NULL, NULL, NULL);
-- Rows that break a constraint which was never validated: loading them after the constraint must not be tried.
INSERT INTO odd.refers VALUES (3, 1, 1, 'nowhere');
ALTER TABLE odd.refers ADD CONSTRAINT never_checked FOREIGN KEY (c) REFERENCES odd.target (c) NOT VALID;
ALTER TABLE odd.refers ADD CONSTRAINT check_later CHECK (c <> 'nowhere') NOT VALID;
ALTER TABLE odd.refers ADD CONSTRAINT null_is_no_failure CHECK (a > 0);
CREATE TABLE odd.cannot_inherit (id integer, CHECK (id > 0) NO INHERIT, CONSTRAINT "a check; with $$ and 'quotes'" CHECK (id::text <> E'it''s\n\\'));
INSERT INTO odd.cannot_inherit VALUES (1);

CREATE TABLE odd.nulls (a integer, b integer, UNIQUE NULLS NOT DISTINCT (a, b), CONSTRAINT deferrable_key UNIQUE (b) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO odd.nulls VALUES (NULL, NULL), (1, 2), (NULL, 3);
CREATE UNIQUE INDEX nulls_index ON odd.nulls (a DESC, b) NULLS NOT DISTINCT;
CREATE TABLE odd.excluded (id integer, during int4range, place box,
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (id > 0) DEFERRABLE,
  EXCLUDE USING gist (place WITH &&) WITH (fillfactor = 70), EXCLUDE (id WITH =));
INSERT INTO odd.excluded VALUES (1, '[1,5)', '(0,0),(1,1)'), (2, '[5,9)', NULL), (-1, '[1,9)', '(5,5),(6,6)');
CREATE UNIQUE INDEX made_first ON odd.cannot_inherit (id) WITH (fillfactor = 60);
ALTER TABLE odd.cannot_inherit ADD CONSTRAINT by_index UNIQUE USING INDEX made_first;

-- A key from a schema to another with the same names.
CREATE SCHEMA odd_two;
CREATE TABLE odd_two.target (id integer PRIMARY KEY);
CREATE TABLE odd_two.refers (id integer REFERENCES odd_two.target, other integer REFERENCES odd.tree);
INSERT INTO odd_two.target VALUES (1);
INSERT INTO odd_two.refers VALUES (1, 4);
