-- case: a partition is dropped
-- expect: lossless
-- says: public.readings_2025
-- check: SELECT count(*) = 301 FROM readings
-- check: SELECT count(*) = 300 FROM readings_2025
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO readings SELECT g, '2025-01-01'::date + g, g FROM generate_series(1, 300) g;
-- up:
DROP TABLE readings_2025;
-- after:
INSERT INTO readings VALUES (1003, '2026-06-06', 9);
