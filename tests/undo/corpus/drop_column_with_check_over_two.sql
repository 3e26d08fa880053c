-- case: a column goes with the check constraint that it shares with a column that stays
-- expect: lossless
-- check: SELECT ends = 13 FROM slots WHERE id = 3
-- check: SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = 'slots_order')
-- before:
CREATE TABLE slots (id SERIAL PRIMARY KEY, begins INTEGER NOT NULL, ends INTEGER, CONSTRAINT slots_order CHECK (begins < ends));
INSERT INTO slots (begins, ends) SELECT g, g + 10 FROM generate_series(1, 50) g;
-- up:
ALTER TABLE slots DROP COLUMN ends;
-- after:
INSERT INTO slots (begins) VALUES (1000);
UPDATE slots SET begins = 2 WHERE id = 3;
DELETE FROM slots WHERE id = 4;
