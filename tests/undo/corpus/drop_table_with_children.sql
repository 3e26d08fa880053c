-- case: a table and the tables that inherit from it are dropped
-- expect: lossless
-- says: public.vehicles
-- check: SELECT count(*) = 100 FROM vehicles
-- check: SELECT count(*) = 50 FROM ONLY vehicles
-- check: SELECT doors = 4 FROM cars WHERE id = 105
-- before:
CREATE TABLE vehicles (id INTEGER PRIMARY KEY, wheels INTEGER CHECK (wheels > 0));
CREATE TABLE cars (doors INTEGER, PRIMARY KEY (id)) INHERITS (vehicles);
INSERT INTO vehicles SELECT g, 2 FROM generate_series(1, 50) g;
INSERT INTO cars SELECT g, 4, 4 FROM generate_series(101, 150) g;
-- up:
DROP TABLE vehicles CASCADE;
-- after:
INSERT INTO settings VALUES ('new', 'row');
