-- Indexes: covering, partial, over expressions with our own function, of every method, clustered, for replication.
CREATE SCHEMA odd;
CREATE SCHEMA "odd functions";
-- Finds its helper without a schema: with the empty search_path of a restore it must say where to look.
CREATE FUNCTION "odd functions".helper(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT reverse($1)';
CREATE FUNCTION "odd functions".key(text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = "odd functions", pg_catalog
  AS 'BEGIN RETURN lower(helper($1)); END';
CREATE TABLE odd.t (id integer PRIMARY KEY, a integer NOT NULL, b text, c jsonb, d tsvector, e inet, f point, g integer[], at timestamptz);
INSERT INTO odd.t SELECT i, i % 10, 'Row ' || i, jsonb_build_object('k', i), to_tsvector('simple', 'row ' || i), ('10.0.0.' || i)::inet,
  point(i, -i), ARRAY[i, i + 1], timestamptz '2020-01-01 00:00:00+00' + i * interval '1 hour' FROM generate_series(1, 100) i;
CREATE INDEX "by key; 'expression'" ON odd.t ("odd functions".key(b)) WHERE a <> 3;
CREATE UNIQUE INDEX covering ON odd.t (a, id DESC NULLS LAST) INCLUDE (b, c);
CREATE INDEX expressions ON odd.t ((a + id), (b || E'it''s\n') COLLATE "C" text_pattern_ops DESC, (c ->> 'k'));
CREATE INDEX hashed ON odd.t USING hash (b) WITH (fillfactor = 40);
CREATE INDEX ginned ON odd.t USING gin (c jsonb_path_ops, g) WITH (fastupdate = off, gin_pending_list_limit = 100);
CREATE INDEX gisted ON odd.t USING gist (d tsvector_ops (siglen = 50), e inet_ops) WITH (buffering = off);
CREATE INDEX spgisted ON odd.t USING spgist (f kd_point_ops);
CREATE INDEX brinned ON odd.t USING brin (at timestamptz_minmax_multi_ops (values_per_range = 16), id int4_bloom_ops) WITH (pages_per_range = 2, autosummarize = on);
CREATE INDEX not_deduplicated ON odd.t (b) WITH (deduplicate_items = off);
ALTER INDEX odd.expressions ALTER COLUMN 1 SET STATISTICS 99;
ALTER INDEX odd.expressions ALTER COLUMN 3 SET STATISTICS 0;
COMMENT ON INDEX odd.covering IS 'index comment';
ALTER TABLE odd.t CLUSTER ON covering;
CREATE TABLE odd.replica_index (id integer NOT NULL, b text);
INSERT INTO odd.replica_index VALUES (1, 'a');
CREATE UNIQUE INDEX replica_index_id ON odd.replica_index (id);
ALTER TABLE odd.replica_index REPLICA IDENTITY USING INDEX replica_index_id;
CREATE TABLE odd.replica_full (id integer);
ALTER TABLE odd.replica_full REPLICA IDENTITY FULL;
CREATE TABLE odd.replica_nothing (id integer PRIMARY KEY);
ALTER TABLE odd.replica_nothing REPLICA IDENTITY NOTHING;
CREATE TABLE odd.clustered_by_key (id integer PRIMARY KEY);
INSERT INTO odd.clustered_by_key VALUES (2), (1);
ALTER TABLE odd.clustered_by_key CLUSTER ON clustered_by_key_pkey;
CREATE TABLE odd.many_same (a integer);
CREATE INDEX ON odd.many_same (a);
CREATE INDEX ON odd.many_same (a);
