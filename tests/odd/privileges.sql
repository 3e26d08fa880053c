-- Owners, privileges, default privileges, and what was taken away from PUBLIC.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "safety_odd ""quoted"" role; it's \"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd AUTHORIZATION safety_odd_owner;
CREATE SCHEMA odd_plain;
GRANT USAGE, CREATE ON SCHEMA odd TO "safety_odd ""quoted"" role; it's \" WITH GRANT OPTION;
GRANT USAGE ON SCHEMA odd_plain TO PUBLIC;
REVOKE CREATE, USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO safety_odd_reader;
ALTER SCHEMA public OWNER TO safety_odd_owner;
COMMENT ON SCHEMA public IS 'not the standard comment';

-- Before the tables, so that they are born with these.
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner IN SCHEMA odd GRANT SELECT ON TABLES TO safety_odd_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner IN SCHEMA odd GRANT USAGE ON SEQUENCES TO safety_odd_reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner REVOKE USAGE ON TYPES FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner REVOKE DELETE, TRUNCATE ON TABLES FROM safety_odd_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE safety_odd_owner GRANT ALL ON SCHEMAS TO "safety_odd ""quoted"" role; it's \";
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO safety_odd_reader;
SET ROLE safety_odd_owner;
CREATE TABLE odd.born_with (id serial, secret text);
CREATE FUNCTION odd.born_closed() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TYPE odd.born_closed AS ENUM ('a');
RESET ROLE;
CREATE TABLE odd_plain.born_default (id integer);
INSERT INTO odd_plain.born_default VALUES (1);
-- This one lost what the defaults would give it back.
CREATE TABLE odd_plain.without_default (id integer);
REVOKE ALL ON odd_plain.without_default FROM safety_odd_reader;
CREATE TABLE odd_plain.nobody (id integer);
REVOKE ALL ON odd_plain.nobody FROM CURRENT_USER, safety_odd_reader;
INSERT INTO odd.born_with (secret) VALUES ('x'), ('y');

CREATE TABLE odd.columns (id integer, name text, secret text);
INSERT INTO odd.columns VALUES (1, 'n', 's');
GRANT SELECT (id, name), UPDATE (name) ON odd.columns TO safety_odd_reader;
GRANT REFERENCES (id) ON odd.columns TO PUBLIC;
GRANT SELECT (secret) ON odd.columns TO "safety_odd ""quoted"" role; it's \" WITH GRANT OPTION;
GRANT INSERT, TRUNCATE ON odd.columns TO safety_odd_reader WITH GRANT OPTION;
-- Granted onwards by somebody who is not the owner.
CREATE TABLE odd_plain.chain (id integer);
GRANT INSERT ON odd_plain.chain TO safety_odd_reader WITH GRANT OPTION;
SET ROLE safety_odd_reader;
GRANT INSERT ON odd_plain.chain TO "safety_odd ""quoted"" role; it's \";
RESET ROLE;

CREATE VIEW odd.v AS SELECT id FROM odd.columns;
ALTER VIEW odd.v OWNER TO safety_odd_owner;
GRANT SELECT, INSERT ON odd.v TO safety_odd_reader;
CREATE MATERIALIZED VIEW odd.m AS SELECT id FROM odd.columns;
ALTER MATERIALIZED VIEW odd.m OWNER TO "safety_odd ""quoted"" role; it's \";
GRANT SELECT ON odd.columns TO "safety_odd ""quoted"" role; it's \";
CREATE SEQUENCE odd.s;
GRANT SELECT, UPDATE ON SEQUENCE odd.s TO safety_odd_reader;
CREATE DOMAIN odd.d AS integer;
REVOKE USAGE ON DOMAIN odd.d FROM PUBLIC;
CREATE FUNCTION odd.f(integer, text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION odd.f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION odd.f TO safety_odd_reader;
CREATE PROCEDURE odd.p() LANGUAGE sql AS '';
REVOKE ALL ON PROCEDURE odd.p() FROM PUBLIC;
CREATE AGGREGATE odd.a(integer) (SFUNC = int4pl, STYPE = integer);
GRANT EXECUTE ON FUNCTION odd.a(integer) TO safety_odd_reader;
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO safety_odd_owner;

-- On objects of the system.
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO safety_odd_reader;
GRANT SELECT ON pg_catalog.pg_statistic TO safety_odd_reader;
GRANT SELECT (rolname, rolpassword) ON pg_catalog.pg_authid TO safety_odd_reader;
REVOKE SELECT ON information_schema.tables FROM PUBLIC;
