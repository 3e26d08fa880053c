-- case: a bigint becomes an integer
-- expect: lossless
-- check: SELECT hits = 12 FROM counters WHERE id = 5
-- check: SELECT hits = 13 FROM counters WHERE id = 101
-- before:
CREATE TABLE counters (id SERIAL PRIMARY KEY, hits BIGINT NOT NULL DEFAULT 0);
INSERT INTO counters (hits) SELECT g * 1000 FROM generate_series(1, 100) g;
-- up:
ALTER TABLE counters ALTER COLUMN hits TYPE INTEGER;
-- after:
UPDATE counters SET hits = 12 WHERE id = 5;
INSERT INTO counters (hits) VALUES (13);
DELETE FROM counters WHERE id = 6;
