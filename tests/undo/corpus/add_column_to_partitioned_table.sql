-- case: a partitioned table gets a column, which is written since
-- expect: lossy
-- says: unit
-- check: SELECT count(*) = 302 FROM readings
-- check: SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('safety_lost') AND relname LIKE 'public.readings%.unit 20260101_000000')
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_other PARTITION OF readings DEFAULT;
INSERT INTO readings SELECT g, '2024-12-20'::date + g * 3, g FROM generate_series(1, 300) g;
-- up:
ALTER TABLE readings ADD COLUMN unit TEXT;
-- after:
INSERT INTO readings VALUES (1001, '2025-05-05', 7, 'kW'), (1002, '2029-01-01', 8, 'MW');
UPDATE readings SET unit = 'W' WHERE id IN (10, 200);
