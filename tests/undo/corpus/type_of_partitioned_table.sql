-- case: a column of a partitioned table gets another type
-- expect: lossless
-- says: public.readings.value
-- check: SELECT value = 10.5 FROM readings WHERE id = 10
-- check: SELECT value = 7 FROM readings WHERE id = 11
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC(6,2), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_other PARTITION OF readings DEFAULT;
INSERT INTO readings SELECT g, '2024-12-20'::date + g * 3, g + 0.5 FROM generate_series(1, 300) g;
-- up:
ALTER TABLE readings ALTER COLUMN value TYPE INTEGER;
-- after:
INSERT INTO readings VALUES (1001, '2025-05-05', 7), (1002, '2029-01-01', 8);
UPDATE readings SET value = 7 WHERE id = 11;
DELETE FROM readings WHERE id = 12;
