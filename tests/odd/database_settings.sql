-- odd: stock restore differs in: 1-database
-- Properties of the database itself: no plain dump holds them. The settings change the text of values for every
-- session that does not set its own; a dump must not notice.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "safety_odd ""quoted"" role; it's \"; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer PRIMARY KEY, d date, i interval, b bytea, f float8, f4 float4, tz timestamptz, m money, x xml, n integer[]);
INSERT INTO odd.t VALUES
  (1, '2020-01-02', '1 year 2 mons -3 days 04:05:06.7', '\x00415cff', 0.1::float8 + 0.2::float8, 1.1, '2020-01-02 03:04:05+00', 5, '<a/>', '{1,NULL}'),
  (2, '2020-12-11', '-1 mon', '\x5c', 1e-310, 1e-45, '2020-07-02 03:04:05.000001+00', -5, 'content', '{}');
CREATE VIEW odd.v AS SELECT id, d > '2020-01-02'::date AS later, i > '1 day'::interval AS longer, '2020-03-04 05:06:07+00'::timestamptz AS at, '\x5c'::bytea AS b, 0.1::float8 AS f FROM odd.t;
ALTER TABLE odd.t ADD CONSTRAINT after_1900 CHECK (d > '1900-02-01'::date AND tz > '1900-01-01 00:00:00+00'::timestamptz);
ALTER TABLE odd.t ALTER d SET DEFAULT '2020-02-03', ALTER i SET DEFAULT '1 year -2 days', ALTER tz SET DEFAULT '2020-01-01 00:00:00+00';
CREATE TABLE odd.p (at timestamptz, d date) PARTITION BY RANGE (at, d);
CREATE TABLE odd.p_1 PARTITION OF odd.p FOR VALUES FROM ('2020-01-01 00:00:00+00', '2020-02-03') TO ('2021-01-01 00:00:00+00', '2021-02-03');
INSERT INTO odd.p VALUES ('2020-06-01 00:00:00+00', '2020-01-01');

DO $$
DECLARE
  setting text;
BEGIN
  FOREACH setting IN ARRAY ARRAY[
    $s$ DateStyle = 'German, DMY' $s$, $s$ IntervalStyle = 'sql_standard' $s$, $s$ bytea_output = 'escape' $s$,
    $s$ extra_float_digits = -15 $s$, $s$ TimeZone = 'Asia/Kathmandu' $s$, $s$ xmlbinary = 'hex' $s$,
    $s$ search_path = odd, "$user", public, "a schema; that ""is not"" there" $s$,
    $s$ "odd.placeholder" = E'it''s\\ a "value"; of\n two lines' $s$, $s$ "odd.empty" = '' $s$,
    $s$ temp_tablespaces = '' $s$, $s$ default_statistics_target = 77 $s$, $s$ work_mem = '5MB' $s$, $s$ enable_seqscan = off $s$,
    $s$ plpgsql.variable_conflict = 'use_column' $s$, $s$ lc_messages = 'C' $s$, $s$ quote_all_identifiers = on $s$] LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
  END LOOP;
  EXECUTE format('ALTER ROLE safety_odd_reader IN DATABASE %I SET search_path = public, "Odd ""Schema""", odd', current_database());
  EXECUTE format('ALTER ROLE safety_odd_reader IN DATABASE %I SET statement_timeout = ''5min''', current_database());
  EXECUTE format('ALTER ROLE "safety_odd ""quoted"" role; it''s \" IN DATABASE %I SET work_mem = ''99MB''', current_database());
  EXECUTE format('ALTER ROLE safety_odd_owner IN DATABASE %I SET "odd.placeholder" = ''for the owner''', current_database());

  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO safety_odd_reader WITH GRANT OPTION', current_database());
  EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO "safety_odd ""quoted"" role; it''s \"', current_database());
  EXECUTE format('ALTER DATABASE %I OWNER TO safety_odd_owner', current_database());
  EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 57', current_database());
  EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), E'it''s a "database";\nof two lines \\ ünï 日本 😀');
END $$;
-- Granted onwards, so that the grantor is not the owner.
SET ROLE safety_odd_reader;
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO "safety_odd ""quoted"" role; it''s \"', current_database()); END $$;
RESET ROLE;
