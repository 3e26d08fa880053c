-- case: an exclusion constraint is dropped, and two rows overlap since
-- expect: impossible
-- says: bookings_no_overlap
-- before:
CREATE TABLE bookings (id SERIAL PRIMARY KEY, during INT4RANGE NOT NULL, CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&));
INSERT INTO bookings (during) SELECT int4range(g * 10, g * 10 + 5) FROM generate_series(1, 50) g;
-- up:
ALTER TABLE bookings DROP CONSTRAINT bookings_no_overlap;
-- after:
INSERT INTO bookings (during) VALUES ('[102,104)');
