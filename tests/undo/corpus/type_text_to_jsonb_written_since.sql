-- case: a text becomes a jsonb string; what is written since comes back as it is told to
-- expect: lossless
-- fill: public.settings.value = o.value #>> '{}'
-- says: public.settings.value
-- check: SELECT value = 'value 7' FROM settings WHERE key = 's7'
-- check: SELECT value = '{"a": 1}' FROM settings WHERE key = 'new'
-- up:
ALTER TABLE settings ALTER COLUMN value TYPE JSONB USING to_jsonb(value);
-- after:
INSERT INTO settings VALUES ('new', '{"a":   1}');
