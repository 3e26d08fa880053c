-- case: a table inherits from another, one does not any more
-- expect: lossless
-- check: SELECT count(*) = 100 FROM vehicles
-- check: SELECT attislocal = false FROM pg_attribute WHERE attrelid = 'cars'::regclass AND attname = 'wheels'
-- check: SELECT count(*) = 0 FROM pg_inherits WHERE inhrelid = 'boats'::regclass
-- before:
CREATE TABLE vehicles (id INTEGER PRIMARY KEY, wheels INTEGER);
CREATE TABLE cars (doors INTEGER, PRIMARY KEY (id)) INHERITS (vehicles);
CREATE TABLE boats (id INTEGER PRIMARY KEY, wheels INTEGER, sails INTEGER);
INSERT INTO vehicles SELECT g, 2 FROM generate_series(1, 50) g;
INSERT INTO cars SELECT g, 4, 4 FROM generate_series(101, 150) g;
INSERT INTO boats SELECT g, 0, 2 FROM generate_series(201, 250) g;
-- up:
ALTER TABLE cars NO INHERIT vehicles;
ALTER TABLE boats INHERIT vehicles;
-- after:
UPDATE vehicles SET wheels = 1 WHERE id = 203;
DELETE FROM cars WHERE id = 104;
INSERT INTO cars VALUES (301, 4, 2);
