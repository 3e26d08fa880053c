-- Row security: a backup that does not bypass it is a filtered one.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE TABLE odd.forced (id integer PRIMARY KEY, owner_name text, secret boolean);
INSERT INTO odd.forced SELECT i, CASE WHEN i % 2 = 0 THEN 'safety_odd_owner' ELSE 'nobody' END, i % 3 = 0 FROM generate_series(1, 30) i;
ALTER TABLE odd.forced OWNER TO safety_odd_owner;
ALTER TABLE odd.forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "own; rows" ON odd.forced FOR SELECT TO safety_odd_owner, safety_odd_reader USING (owner_name = CURRENT_USER);
CREATE POLICY never_secret ON odd.forced AS RESTRICTIVE USING (NOT secret) WITH CHECK (id > 0 AND NOT secret);
CREATE POLICY insert_only ON odd.forced FOR INSERT TO PUBLIC WITH CHECK (owner_name = E'it''s\n\\');
CREATE POLICY by_lookup ON odd.forced FOR UPDATE TO safety_odd_reader
  USING (EXISTS (SELECT 1 FROM odd.forced f WHERE f.id = forced.id)) WITH CHECK (true);
COMMENT ON POLICY never_secret ON odd.forced IS 'policy comment';
CREATE TABLE odd.enabled_without_policy (id integer);
INSERT INTO odd.enabled_without_policy VALUES (1), (2);
ALTER TABLE odd.enabled_without_policy ENABLE ROW LEVEL SECURITY;
CREATE TABLE odd.policy_but_not_enabled (id integer);
INSERT INTO odd.policy_but_not_enabled VALUES (1);
CREATE POLICY waiting ON odd.policy_but_not_enabled USING (false);
CREATE TABLE odd.forced_not_enabled (id integer);
ALTER TABLE odd.forced_not_enabled FORCE ROW LEVEL SECURITY;
CREATE TABLE odd.partitioned (id integer, tenant text) PARTITION BY LIST (tenant);
CREATE TABLE odd.partitioned_a PARTITION OF odd.partitioned FOR VALUES IN ('a');
INSERT INTO odd.partitioned VALUES (1, 'a');
ALTER TABLE odd.partitioned_a ENABLE ROW LEVEL SECURITY;
CREATE POLICY nothing ON odd.partitioned_a USING (current_setting('odd.tenant', true) = tenant);
GRANT SELECT ON ALL TABLES IN SCHEMA odd TO safety_odd_reader;
