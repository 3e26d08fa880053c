-- Tables, indexes and partitions in another tablespace. It is made inside the data folder (PostgreSQL 15 and newer)
-- and stays with the cluster, like a role.
SET allow_in_place_tablespaces = on;
SELECT 'CREATE TABLESPACE safety_odd_space LOCATION ''''' WHERE NOT EXISTS (SELECT FROM pg_tablespace WHERE spcname = 'safety_odd_space') \gexec
CREATE SCHEMA odd;
CREATE TABLE odd.here (id integer PRIMARY KEY USING INDEX TABLESPACE safety_odd_space, note text);
CREATE TABLE odd.there (id integer PRIMARY KEY, note text) TABLESPACE safety_odd_space;
INSERT INTO odd.here VALUES (1, 'here');
INSERT INTO odd.there VALUES (1, 'there');
CREATE INDEX there_note ON odd.there (note) TABLESPACE safety_odd_space;
CREATE MATERIALIZED VIEW odd.m TABLESPACE safety_odd_space AS SELECT id FROM odd.here;
CREATE TABLE odd.p (id integer) PARTITION BY RANGE (id) TABLESPACE safety_odd_space;
CREATE TABLE odd.p_1 PARTITION OF odd.p FOR VALUES FROM (0) TO (10);
CREATE TABLE odd.p_2 PARTITION OF odd.p FOR VALUES FROM (10) TO (20) TABLESPACE pg_default;
INSERT INTO odd.p SELECT generate_series(0, 19);
