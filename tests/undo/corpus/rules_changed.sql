-- case: rules are added, changed and dropped
-- expect: lossless
-- check: SELECT count(*) = 2 FROM pg_rules WHERE rulename IN ('settings_log', 'settings_keep')
-- before:
CREATE RULE settings_keep AS ON DELETE TO settings WHERE old.key = 's1' DO INSTEAD NOTHING;
CREATE RULE settings_log AS ON INSERT TO settings DO ALSO INSERT INTO events VALUES ('2025-12-01', 'setting', to_jsonb(new.key));
-- up:
DROP RULE settings_keep ON settings;
CREATE OR REPLACE RULE settings_log AS ON INSERT TO settings DO ALSO INSERT INTO events VALUES ('2025-12-02', 'other', NULL);
CREATE RULE settings_twice AS ON UPDATE TO settings DO ALSO NOTHING;
-- after:
INSERT INTO settings VALUES ('new', 'row');
UPDATE settings SET value = 'x' WHERE key = 's3';
DELETE FROM settings WHERE key = 's1';
