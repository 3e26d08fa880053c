-- case: a partition is added for what the others do not hold, and filled since
-- expect: lossy
-- says: public.readings_2027
-- check: SELECT count(*) = 2 FROM safety_lost."public.readings_2027 20260101_000000"
-- check: SELECT count(*) = 301 FROM readings
-- before:
CREATE TABLE readings (id INTEGER NOT NULL, at DATE NOT NULL, value NUMERIC, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO readings SELECT g, '2025-01-01'::date + g, g FROM generate_series(1, 300) g;
-- up:
CREATE TABLE readings_2027 PARTITION OF readings FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
-- after:
INSERT INTO readings VALUES (1001, '2027-05-05', 7), (1002, '2027-06-06', 8), (1003, '2026-06-06', 9);
