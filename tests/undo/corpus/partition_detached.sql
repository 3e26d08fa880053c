-- case: a partition is detached and written on its own
-- expect: lossless
-- says: public.readings_2025
-- check: SELECT count(*) = 301 FROM readings
-- check: SELECT value = 99 FROM readings WHERE id = 5
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX readings_value_idx ON readings (value);
INSERT INTO readings SELECT g, '2025-01-01'::date + g, g FROM generate_series(1, 300) g;
-- up:
ALTER TABLE readings DETACH PARTITION readings_2025;
-- after:
UPDATE readings_2025 SET value = 99 WHERE id = 5;
INSERT INTO readings_2025 VALUES (1001, '2025-12-12', 1);
INSERT INTO readings VALUES (1003, '2026-06-06', 9);
DELETE FROM readings_2025 WHERE id = 6;
