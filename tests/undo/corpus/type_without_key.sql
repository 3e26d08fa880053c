-- case: a column of a table without a key gets another type, and could be converted back
-- expect: impossible
-- says: public.events
-- up:
ALTER TABLE events ALTER COLUMN happened_at TYPE DATE;
-- after:
INSERT INTO events VALUES ('2025-09-01', 'since', '{}');
