-- case: two columns and the column that is generated from them are dropped
-- expect: lossless
-- check: SELECT area = 12 FROM rooms WHERE id = 3
-- check: SELECT area IS NULL FROM rooms WHERE id = 101
-- before:
CREATE TABLE rooms (id SERIAL PRIMARY KEY, wide INTEGER, area INTEGER GENERATED ALWAYS AS (wide * long) STORED, long INTEGER, label TEXT);
INSERT INTO rooms (wide, long, label) SELECT g, 4, 'room ' || g FROM generate_series(1, 100) g;
-- up:
ALTER TABLE rooms DROP COLUMN area, DROP COLUMN wide, DROP COLUMN long;
-- after:
INSERT INTO rooms (label) VALUES ('new');
UPDATE rooms SET label = 'x' WHERE id = 3;
DELETE FROM rooms WHERE id = 4;
