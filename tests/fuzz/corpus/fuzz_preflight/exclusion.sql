-- expect: add-exclusion:2
ALTER TABLE bookings ADD CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, tstzrange(begins, ends) WITH &&) WHERE (NOT cancelled);
