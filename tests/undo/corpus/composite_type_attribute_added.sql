-- case: a composite type that a column has gets an attribute, which is used since
-- expect: lossy
-- says: point2
-- check: SELECT place::text = '(5,5.00)' FROM sites WHERE id = 5
-- check: SELECT (place).lat = 1 AND (place).lon = 2 FROM sites WHERE id = 6
-- before:
CREATE TYPE point2 AS (lat INTEGER, lon NUMERIC(6,2));
CREATE TABLE sites (id SERIAL PRIMARY KEY, place point2, label TEXT);
INSERT INTO sites (place) SELECT ROW(g, g)::point2 FROM generate_series(1, 60) g;
-- up:
ALTER TYPE point2 ADD ATTRIBUTE height INTEGER;
-- after:
UPDATE sites SET place = ROW(1, 2, 3) WHERE id = 6;
UPDATE sites SET label = 'x' WHERE id = 5;
