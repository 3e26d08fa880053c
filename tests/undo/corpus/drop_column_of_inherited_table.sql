-- case: a parent and its children lose an inherited column
-- expect: lossless
-- says: note
-- check: SELECT note = 'n5' FROM vehicles WHERE id = 5
-- check: SELECT note = 'c105' AND doors = 4 FROM cars WHERE id = 105
-- check: SELECT attislocal = false AND attinhcount = 1 FROM pg_attribute WHERE attrelid = 'cars'::regclass AND attname = 'note'
-- before:
CREATE TABLE vehicles (id INTEGER PRIMARY KEY, note TEXT, wheels INTEGER);
CREATE TABLE cars (doors INTEGER, PRIMARY KEY (id)) INHERITS (vehicles);
INSERT INTO vehicles SELECT g, 'n' || g, 2 FROM generate_series(1, 50) g;
INSERT INTO cars SELECT g, 'c' || g, 4, 4 FROM generate_series(101, 150) g;
-- up:
ALTER TABLE vehicles DROP COLUMN note;
-- after:
INSERT INTO cars (id, wheels, doors) VALUES (201, 4, 2);
UPDATE vehicles SET wheels = 3 WHERE id IN (5, 105);
DELETE FROM vehicles WHERE id IN (6, 106);
