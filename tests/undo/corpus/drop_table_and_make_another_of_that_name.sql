-- case: a table is dropped and a table of other columns takes its name and is used
-- expect: lossy
-- says: public.settings
-- check: SELECT value = 'value 5' FROM settings WHERE key = 's5'
-- check: SELECT count(*) FILTER (WHERE key LIKE 's%') = 200 FROM settings
-- up:
DROP TABLE settings;
CREATE TABLE settings (id SERIAL PRIMARY KEY, payload JSONB NOT NULL);
-- after:
INSERT INTO settings (payload) VALUES ('{"a": 1}'), ('{"b": 2}');
