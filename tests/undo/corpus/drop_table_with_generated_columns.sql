-- case: a table with generated columns between others is dropped
-- expect: lossless
-- check: SELECT area = 12 AND doubled = 24 FROM rooms WHERE id = 3
-- before:
CREATE TABLE rooms (id SERIAL PRIMARY KEY, wide INTEGER, area INTEGER GENERATED ALWAYS AS (wide * long) STORED, long INTEGER, doubled INTEGER GENERATED ALWAYS AS (wide * long * 2) STORED);
INSERT INTO rooms (wide, long) SELECT g, 4 FROM generate_series(1, 100) g;
-- up:
DROP TABLE rooms;
-- after:
INSERT INTO settings VALUES ('new', 'row');
