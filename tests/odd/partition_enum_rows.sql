-- A table partitioned by the hash of an enum. Labels hash by their OIDs, and a restore gives them new ones: rows copied
-- into the partition that they came from are refused there. They must go in through the parent (as pg_dump does). Which
-- partition holds a row differs afterwards; the rows of the whole do not.
CREATE SCHEMA odd;
CREATE TYPE odd.colour AS ENUM ('red', 'green', 'blue', 'cyan', 'magenta', 'yellow', 'black', 'white');
CREATE TABLE odd.by_hash (id integer, colour odd.colour, note text) PARTITION BY HASH (colour);
SELECT format('CREATE TABLE odd.by_hash_%s PARTITION OF odd.by_hash FOR VALUES WITH (MODULUS 5, REMAINDER %s)', i, i)
  FROM generate_series(0, 4) i \gexec
INSERT INTO odd.by_hash
  SELECT i, (enum_range(NULL::odd.colour))[1 + i % 8], 'row ' || i FROM generate_series(1, 100) i;
-- The same one level down: the hash is not at the root.
CREATE TABLE odd.by_range (id integer, colours odd.colour, n integer) PARTITION BY RANGE (id);
CREATE TABLE odd.by_range_1 PARTITION OF odd.by_range FOR VALUES FROM (0) TO (100) PARTITION BY HASH (n, colours);
CREATE TABLE odd.by_range_1_0 PARTITION OF odd.by_range_1 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE odd.by_range_1_1 PARTITION OF odd.by_range_1 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE odd.by_range_2 PARTITION OF odd.by_range FOR VALUES FROM (100) TO (200);
INSERT INTO odd.by_range SELECT i, (enum_range(NULL::odd.colour))[1 + i % 8], i FROM generate_series(1, 150) i;
