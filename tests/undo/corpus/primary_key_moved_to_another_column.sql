-- case: the primary key moves to a new column; the old key is still unique
-- expect: lossy
-- says: public.settings.id
-- check: SELECT value = 'x' FROM settings WHERE key = 's4'
-- check: SELECT pg_get_constraintdef(oid) = 'PRIMARY KEY (key)' FROM pg_constraint WHERE conname = 'settings_pkey'
-- up:
ALTER TABLE settings DROP CONSTRAINT settings_pkey;
ALTER TABLE settings ADD COLUMN id SERIAL, ADD CONSTRAINT settings_pkey PRIMARY KEY (id), ADD CONSTRAINT settings_key_key UNIQUE (key);
-- after:
INSERT INTO settings VALUES ('new', 'row');
UPDATE settings SET value = 'x' WHERE key = 's4';
DELETE FROM settings WHERE key = 's5';
