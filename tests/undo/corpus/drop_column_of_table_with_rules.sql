-- case: a table with rules that write elsewhere, or nothing, loses a column: they do not act on what comes back
-- expect: lossless
-- check: SELECT count(*) = 202 FROM events
-- check: SELECT count(*) = 201 FROM settings
-- check: SELECT value = 'value 3' FROM settings WHERE key = 's3'
-- before:
CREATE RULE settings_log AS ON INSERT TO settings DO ALSO INSERT INTO events VALUES ('2025-12-01', 'setting', to_jsonb(new.key));
CREATE RULE settings_changed AS ON UPDATE TO settings DO ALSO INSERT INTO events VALUES ('2025-12-02', 'setting', to_jsonb(new.key));
CREATE RULE settings_never AS ON INSERT TO settings WHERE new.key = 's3' DO INSTEAD NOTHING;
-- up:
ALTER TABLE settings DROP COLUMN value;
-- after:
INSERT INTO settings VALUES ('new');
UPDATE settings SET key = 's4' WHERE key = 's4';
