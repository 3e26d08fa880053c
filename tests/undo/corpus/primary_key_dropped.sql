-- case: a primary key is dropped, and nothing is twice
-- expect: lossless
-- says: settings_pkey
-- check: SELECT contype = 'p' FROM pg_constraint WHERE conname = 'settings_pkey'
-- up:
ALTER TABLE settings DROP CONSTRAINT settings_pkey;
-- after:
INSERT INTO settings VALUES ('new', 'row');
UPDATE settings SET value = 'x' WHERE key = 's4';
DELETE FROM settings WHERE key = 's5';
