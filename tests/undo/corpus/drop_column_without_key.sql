-- case: a table without a key loses a column
-- expect: impossible
-- says: public.events
-- says: 200
-- up:
ALTER TABLE events DROP COLUMN payload;
-- after:
UPDATE events SET kind = 'seen' WHERE happened_at < '2025-07-01 00:00:10';
INSERT INTO settings VALUES ('new', 'row');
