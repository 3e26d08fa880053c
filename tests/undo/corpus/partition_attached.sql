-- case: a table becomes a partition, and is written since
-- expect: lossless
-- says: public.readings_2026
-- check: SELECT count(*) = 301 FROM readings
-- check: SELECT count(*) = 11 FROM readings_2026
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at));
INSERT INTO readings SELECT g, '2025-01-01'::date + g, g FROM generate_series(1, 300) g;
INSERT INTO readings_2026 SELECT g, '2026-01-01'::date + g, g FROM generate_series(1, 10) g;
-- up:
ALTER TABLE readings ATTACH PARTITION readings_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
-- after:
INSERT INTO readings VALUES (1003, '2026-06-06', 9), (1004, '2025-06-06', 9);
