-- case: an exclusion constraint is dropped, and nothing overlaps
-- expect: lossless
-- says: bookings_no_overlap
-- check: SELECT pg_get_constraintdef(oid) = 'EXCLUDE USING gist (during WITH &&) WHERE ((id > 0))' FROM pg_constraint WHERE conname = 'bookings_no_overlap'
-- before:
CREATE TABLE bookings (id SERIAL PRIMARY KEY, during INT4RANGE NOT NULL, CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&) WHERE (id > 0));
INSERT INTO bookings (during) SELECT int4range(g * 10, g * 10 + 5) FROM generate_series(1, 50) g;
-- up:
ALTER TABLE bookings DROP CONSTRAINT bookings_no_overlap;
-- after:
INSERT INTO bookings (during) VALUES ('[1000,1001)');
DELETE FROM bookings WHERE id = 4;
