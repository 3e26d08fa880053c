-- case: a text becomes a jsonb string
-- expect: lossless
-- says: public.settings.value
-- check: SELECT value = 'value 7' FROM settings WHERE key = 's7'
-- check: SELECT count(*) = 200 FROM settings WHERE value = 'value ' || substr(key, 2)
-- up:
ALTER TABLE settings ALTER COLUMN value TYPE JSONB USING to_jsonb(value);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
