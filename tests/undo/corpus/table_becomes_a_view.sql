-- case: a table gets another name and a view its old one
-- expect: lossless
-- not-in-archive-mode: a renamed table is told from a dropped and an added one by its oid only
-- check: SELECT relkind = 'r' FROM pg_class WHERE oid = 'settings'::regclass
-- check: SELECT value = 'x' FROM settings WHERE key = 's3'
-- check: SELECT value = 'row' FROM settings WHERE key = 'new'
-- up:
ALTER TABLE settings RENAME TO settings_data;
CREATE VIEW settings AS SELECT key, value FROM settings_data;
-- after:
UPDATE settings SET value = 'x' WHERE key = 's3';
INSERT INTO settings VALUES ('new', 'row');
