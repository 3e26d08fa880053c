-- case: a column goes with the trigger that watches it
-- expect: lossless
-- check: SELECT value = 'value 3' FROM settings WHERE key = 's3'
-- check: SELECT count(*) = 1 FROM pg_trigger WHERE tgname = 'settings_value' AND tgenabled = 'A'
-- check: SELECT count(*) = 0 FROM setting_history
-- before:
CREATE TABLE setting_history (id SERIAL PRIMARY KEY, key TEXT);
CREATE FUNCTION keep_setting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO setting_history (key) VALUES (NEW.key); RETURN NULL; END $$;
CREATE TRIGGER settings_value AFTER INSERT OR UPDATE OF value ON settings FOR EACH ROW WHEN (NEW.value IS NOT NULL) EXECUTE FUNCTION keep_setting();
ALTER TABLE settings ENABLE ALWAYS TRIGGER settings_value;
-- up:
ALTER TABLE settings DROP COLUMN value CASCADE;
-- after:
INSERT INTO settings (key) VALUES ('new');
DELETE FROM settings WHERE key = 's4';
