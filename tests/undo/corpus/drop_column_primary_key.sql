-- case: the primary key's only column is dropped
-- expect: impossible
-- says: public.settings
-- up:
ALTER TABLE settings DROP COLUMN key;
-- after:
INSERT INTO settings VALUES ('new');
