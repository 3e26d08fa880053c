-- Extensions of contrib, in their own schemas, with members changed and used.
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA "odd extensions";
CREATE EXTENSION pgcrypto SCHEMA "odd extensions";
CREATE EXTENSION hstore SCHEMA "odd extensions";
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist SCHEMA "odd extensions";
CREATE EXTENSION "uuid-ossp";
CREATE EXTENSION ltree SCHEMA "odd extensions";
CREATE EXTENSION earthdistance CASCADE;
COMMENT ON EXTENSION hstore IS 'the comment was changed';
REVOKE EXECUTE ON FUNCTION "odd extensions".gen_random_bytes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "odd extensions".gen_random_bytes(integer) TO safety_odd_reader;

CREATE SCHEMA odd;
CREATE TABLE odd.uses (
  id uuid PRIMARY KEY DEFAULT uuid_generate_v4(),
  name citext UNIQUE,
  bag "odd extensions".hstore,
  path "odd extensions".ltree,
  place earth,
  during tstzrange,
  room integer,
  EXCLUDE USING gist (room WITH OPERATOR(pg_catalog.=), during WITH &&));
INSERT INTO odd.uses VALUES
  ('00000000-0000-0000-0000-000000000001', 'Name', '"a"=>NULL, "b c"=>"d\"e", ""=>"x=>y"', 'Top.Child.Leaf_1', ll_to_earth(52.5, 13.4), '[2020-01-01 00:00+00,2020-02-01 00:00+00)', 1),
  ('00000000-0000-0000-0000-000000000002', 'ÄName', '', '', NULL, 'empty', 1),
  ('00000000-0000-0000-0000-000000000003', NULL, NULL, NULL, NULL, '(,)', 2);
CREATE INDEX uses_trigrams ON odd.uses USING gin (name gin_trgm_ops);
CREATE INDEX uses_path ON odd.uses USING gist (path "odd extensions".gist_ltree_ops (siglen = 100));
CREATE INDEX uses_bag ON odd.uses USING gin (bag "odd extensions".gin_hstore_ops);
CREATE INDEX uses_place ON odd.uses USING gist (place);
CREATE VIEW odd.digests AS SELECT id, "odd extensions".digest(name::text, 'sha256') AS digest FROM odd.uses;
-- Depends on an extension without being a part of it, so it is dumped, and the dependency with it.
CREATE FUNCTION odd.depends_on_extension() RETURNS integer LANGUAGE sql AS 'SELECT 2';
ALTER FUNCTION odd.depends_on_extension() DEPENDS ON EXTENSION pgcrypto;
