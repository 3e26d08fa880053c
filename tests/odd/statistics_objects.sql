-- Extended statistics: kinds, expressions, targets, comments, owners.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE TABLE odd.t (a integer, b integer, c text, "d; e" date);
INSERT INTO odd.t SELECT i % 10, i % 20, 'row ' || i % 7, date '2020-01-01' + i % 30 FROM generate_series(1, 500) i;
CREATE STATISTICS odd.all_kinds ON a, b, c FROM odd.t;
CREATE STATISTICS odd.some_kinds (ndistinct, mcv) ON a, b FROM odd.t;
CREATE STATISTICS odd.one_expression ON (a + b) FROM odd.t;
CREATE STATISTICS odd."Expressions; mixed" (dependencies, ndistinct) ON a, (lower(c)), (date_part('month', "d; e")) FROM odd.t;
ALTER STATISTICS odd.all_kinds SET STATISTICS 33;
ALTER STATISTICS odd.some_kinds SET STATISTICS 0;
ALTER STATISTICS odd.some_kinds OWNER TO safety_odd_owner;
COMMENT ON STATISTICS odd.all_kinds IS 'statistics comment';
CREATE SCHEMA odd_elsewhere;
CREATE STATISTICS odd_elsewhere.in_another_schema ON b, c FROM odd.t;
ANALYZE odd.t;
