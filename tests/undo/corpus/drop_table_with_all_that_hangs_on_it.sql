-- case: a table is dropped with triggers, rules, policies, comments, privileges, statistics, options, a cluster index
-- expect: lossless
-- says: public.gadgets
-- check: SELECT count(*) = 100 FROM gadgets WHERE stamp = 0
-- check: SELECT relrowsecurity AND reloptions = '{fillfactor=70,autovacuum_enabled=false}' FROM pg_class WHERE oid = 'gadgets'::regclass
-- check: SELECT has_table_privilege('public', 'gadgets', 'SELECT') AND has_column_privilege('public', 'gadgets', 'label', 'INSERT')
-- check: SELECT indisclustered FROM pg_index WHERE indexrelid = 'gadgets_label_idx'::regclass
-- before:
CREATE TABLE gadgets (id SERIAL PRIMARY KEY, label TEXT COLLATE "C" NOT NULL, stamp INTEGER DEFAULT 0) WITH (fillfactor = 70, autovacuum_enabled = false);
CREATE INDEX gadgets_label_idx ON gadgets (label DESC NULLS LAST) INCLUDE (stamp) WITH (fillfactor = 60);
CLUSTER gadgets USING gadgets_label_idx;
INSERT INTO gadgets (label) SELECT 'g' || g FROM generate_series(1, 100) g;
CREATE FUNCTION count_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.stamp := NEW.stamp + 1; RETURN NEW; END $$;
CREATE TRIGGER gadgets_stamp BEFORE INSERT OR UPDATE ON gadgets FOR EACH ROW EXECUTE FUNCTION count_up();
CREATE RULE gadgets_keep AS ON DELETE TO gadgets WHERE old.id = 1 DO INSTEAD NOTHING;
ALTER TABLE gadgets ENABLE ROW LEVEL SECURITY;
CREATE POLICY gadgets_all ON gadgets USING (true);
CREATE STATISTICS gadgets_stats (ndistinct, mcv) ON label, stamp FROM gadgets;
ALTER TABLE gadgets ALTER COLUMN label SET STATISTICS 300;
COMMENT ON TABLE gadgets IS 'Gadgets';
COMMENT ON COLUMN gadgets.label IS 'Label';
COMMENT ON TRIGGER gadgets_stamp ON gadgets IS 'Counts';
COMMENT ON STATISTICS gadgets_stats IS 'Both';
COMMENT ON POLICY gadgets_all ON gadgets IS 'Everybody';
COMMENT ON CONSTRAINT gadgets_pkey ON gadgets IS 'Key';
GRANT SELECT ON gadgets TO PUBLIC;
GRANT INSERT (label) ON gadgets TO PUBLIC;
GRANT USAGE ON SEQUENCE gadgets_id_seq TO PUBLIC;
ALTER TABLE gadgets REPLICA IDENTITY FULL;
-- up:
DROP TABLE gadgets;
-- after:
INSERT INTO settings VALUES ('new', 'row');
