-- Foreign data: wrappers with and without a handler, servers, mappings, tables. No other server is needed, and a
-- careless backup that reads these tables fails.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE FOREIGN DATA WRAPPER odd_dummy OPTIONS (debug 'true', "with space" 'a''b\c');
COMMENT ON FOREIGN DATA WRAPPER odd_dummy IS 'has no handler';
CREATE SERVER odd_server TYPE 'odd type' VERSION '1.0 ''quoted''' FOREIGN DATA WRAPPER odd_dummy OPTIONS (host 'nowhere', password 'not a secret');
COMMENT ON SERVER odd_server IS 'nobody home';
CREATE USER MAPPING FOR PUBLIC SERVER odd_server OPTIONS (username 'public');
CREATE USER MAPPING FOR safety_odd_owner SERVER odd_server OPTIONS ("user" 'o''wner', password 'x\y"z');
GRANT USAGE ON FOREIGN DATA WRAPPER odd_dummy TO safety_odd_owner WITH GRANT OPTION;
GRANT USAGE ON FOREIGN SERVER odd_server TO safety_odd_owner;
ALTER SERVER odd_server OWNER TO safety_odd_owner;
CREATE FOREIGN TABLE odd.nothing_behind (
  id integer OPTIONS (column_name 'the id') NOT NULL,
  note text COLLATE "C" DEFAULT 'x',
  doubled integer GENERATED ALWAYS AS (id * 2) STORED,
  CONSTRAINT positive CHECK (id > 0)
) SERVER odd_server OPTIONS (table_name 'a;b', "quoted option" 'it''s');
COMMENT ON FOREIGN TABLE odd.nothing_behind IS 'cannot be read';
ALTER FOREIGN TABLE odd.nothing_behind ADD COLUMN gone integer;
ALTER FOREIGN TABLE odd.nothing_behind DROP COLUMN gone;
ALTER FOREIGN TABLE odd.nothing_behind ALTER COLUMN note SET STATISTICS 7;

CREATE EXTENSION file_fdw;
CREATE SERVER odd_files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE odd.no_such_file (line text) SERVER odd_files OPTIONS (filename '/nonexistent/safety_odd', format 'text');
CREATE EXTENSION postgres_fdw;
CREATE SERVER odd_postgres FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', port '1', dbname 'x', extensions 'plpgsql');
CREATE FOREIGN TABLE odd.far_away (id integer, note text) SERVER odd_postgres OPTIONS (schema_name 'far', table_name 'away');

-- A foreign table among partitions and among children.
CREATE TABLE odd.partitioned (id integer, note text) PARTITION BY RANGE (id);
CREATE TABLE odd.partitioned_local PARTITION OF odd.partitioned FOR VALUES FROM (1) TO (100);
CREATE FOREIGN TABLE odd.partitioned_far PARTITION OF odd.partitioned FOR VALUES FROM (100) TO (200) SERVER odd_postgres;
INSERT INTO odd.partitioned VALUES (1, 'local'), (99, 'local too');
CREATE TABLE odd.parent (id integer);
INSERT INTO odd.parent VALUES (1);
CREATE FOREIGN TABLE odd.foreign_child () INHERITS (odd.parent) SERVER odd_server;
CREATE VIEW odd.view_on_foreign AS SELECT id, note FROM odd.far_away;
CREATE MATERIALIZED VIEW odd.materialized_on_foreign AS SELECT id FROM odd.far_away WITH NO DATA;
