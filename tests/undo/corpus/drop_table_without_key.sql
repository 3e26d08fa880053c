-- case: a table without a key is dropped, which has rows that are twice the same
-- expect: lossless
-- says: public.events
-- check: SELECT count(*) = 202 FROM events
-- before:
INSERT INTO events VALUES ('2025-08-01', 'twice', NULL), ('2025-08-01', 'twice', NULL);
-- up:
DROP TABLE events;
-- after:
INSERT INTO settings VALUES ('new', 'row');
