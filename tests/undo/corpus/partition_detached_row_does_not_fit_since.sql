-- case: a partition is detached, and a row was written into it that it may not hold
-- expect: impossible
-- says: public.readings_2025
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO readings SELECT g, '2025-01-01'::date + g, g FROM generate_series(1, 300) g;
-- up:
ALTER TABLE readings DETACH PARTITION readings_2025;
-- after:
INSERT INTO readings_2025 VALUES (1001, '2031-12-12', 1);
