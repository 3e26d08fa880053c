-- case: a table without a key gets one, on a new column
-- expect: lossy
-- says: public.events.id
-- check: SELECT count(*) = 201 FROM events
-- check: SELECT count(*) = 0 FROM pg_constraint WHERE conrelid = 'events'::regclass
-- up:
ALTER TABLE events ADD COLUMN id BIGSERIAL PRIMARY KEY;
-- after:
INSERT INTO events VALUES ('2025-09-01', 'since', '{}');
UPDATE events SET kind = 'x' WHERE id = 4;
