-- case: an exclusion constraint is added
-- expect: lossless
-- says: bookings_no_overlap
-- check: SELECT count(*) = 0 FROM pg_constraint WHERE conname = 'bookings_no_overlap'
-- before:
CREATE TABLE bookings (id SERIAL PRIMARY KEY, during INT4RANGE NOT NULL);
INSERT INTO bookings (during) SELECT int4range(g * 10, g * 10 + 5) FROM generate_series(1, 50) g;
-- up:
ALTER TABLE bookings ADD CONSTRAINT bookings_no_overlap EXCLUDE USING gist (during WITH &&);
-- after:
INSERT INTO bookings (during) VALUES ('[1000,1001)');
