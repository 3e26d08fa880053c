-- case: a partitioned table is dropped with its partitions, one of them partitioned again
-- expect: lossless
-- says: public.readings
-- check: SELECT count(*) = 300 FROM readings
-- check: SELECT count(*) = 4 FROM pg_partition_tree('readings') WHERE isleaf
-- check: SELECT (SELECT count(*) FROM readings_2026_even) > 30 AND (SELECT count(*) FROM readings_2026_odd) > 30
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY HASH (id);
CREATE TABLE readings_2026_even PARTITION OF readings_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE readings_2026_odd PARTITION OF readings_2026 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE readings_other PARTITION OF readings DEFAULT;
CREATE INDEX readings_value_idx ON readings (value);
INSERT INTO readings SELECT g, '2024-12-20'::date + g * 3, g FROM generate_series(1, 300) g;
INSERT INTO readings VALUES (1, '2026-03-03', 0) ON CONFLICT DO NOTHING;
DELETE FROM readings WHERE id = 1 AND at = '2026-03-03';
UPDATE readings SET value = 1 WHERE tableoid = (SELECT tableoid FROM readings WHERE id = 200);
-- up:
DROP TABLE readings;
-- after:
INSERT INTO settings VALUES ('new', 'row');
