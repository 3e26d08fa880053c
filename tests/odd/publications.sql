-- Publications: everything, schemas, tables with column lists and row filters, partition roots.
CREATE SCHEMA odd;
CREATE SCHEMA "odd schema";
CREATE TABLE odd.t (id integer PRIMARY KEY, note text, secret text);
CREATE TABLE "odd schema"."odd; table" (id integer PRIMARY KEY, "a b" text);
INSERT INTO odd.t VALUES (1, 'a', 'b');
CREATE TABLE odd.p (id integer PRIMARY KEY, note text) PARTITION BY RANGE (id);
CREATE TABLE odd.p_1 PARTITION OF odd.p FOR VALUES FROM (0) TO (10);
CREATE PUBLICATION odd_all FOR ALL TABLES WITH (publish = 'insert, truncate');
CREATE PUBLICATION odd_schemas FOR TABLES IN SCHEMA odd, "odd schema";
CREATE PUBLICATION "odd; columns" FOR TABLE odd.t (id, note) WHERE (id > 1 AND note <> E'it''s\n'), TABLE "odd schema"."odd; table" (id, "a b");
CREATE PUBLICATION odd_root FOR TABLE odd.p WITH (publish_via_partition_root = true, publish = '');
CREATE PUBLICATION odd_empty;
COMMENT ON PUBLICATION odd_all IS 'publication comment';
CREATE PUBLICATION odd_mixed FOR TABLE "odd schema"."odd; table", TABLES IN SCHEMA odd;
