-- case: a partitioned table loses a column, also of rows that moved to another partition since
-- expect: lossless
-- says: public.readings.unit
-- check: SELECT unit = 'u10' FROM readings WHERE id = 10
-- check: SELECT unit = 'u20' AND tableoid = 'readings_2026'::regclass FROM readings WHERE id = 20
-- check: SELECT unit IS NULL FROM readings WHERE id = 1001
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, unit TEXT, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE readings_other PARTITION OF readings DEFAULT;
CREATE INDEX readings_unit_idx ON readings (unit);
INSERT INTO readings SELECT g, '2024-12-20'::date + g * 3, 'u' || g, g FROM generate_series(1, 300) g;
UPDATE readings SET at = '2026-06-15' WHERE id = 20;
-- up:
ALTER TABLE readings DROP COLUMN unit;
-- after:
INSERT INTO readings VALUES (1001, '2025-05-05', 7), (1002, '2029-01-01', 8);
UPDATE readings SET value = -1 WHERE id = 10;
DELETE FROM readings WHERE id = 11;
