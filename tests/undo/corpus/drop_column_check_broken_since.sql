-- case: a column comes back whose check constraint a row updated since does not hold any more
-- expect: impossible
-- says: slots_order
-- before:
CREATE TABLE slots (id SERIAL PRIMARY KEY, begins INTEGER NOT NULL, ends INTEGER, CONSTRAINT slots_order CHECK (begins < ends));
INSERT INTO slots (begins, ends) SELECT g, g + 10 FROM generate_series(1, 50) g;
-- up:
ALTER TABLE slots DROP COLUMN ends;
-- after:
UPDATE slots SET begins = 500 WHERE id = 3;
