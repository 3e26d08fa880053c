-- case: a unique column comes back with a default that two rows written since would share
-- expect: impossible
-- says: public.seats
-- before:
CREATE TABLE seats (id SERIAL PRIMARY KEY, place TEXT NOT NULL DEFAULT 'none' UNIQUE, row_name TEXT);
INSERT INTO seats (place, row_name) SELECT 'p' || g, 'r' FROM generate_series(1, 50) g;
-- up:
ALTER TABLE seats DROP COLUMN place;
-- after:
INSERT INTO seats (row_name) VALUES ('x'), ('y');
