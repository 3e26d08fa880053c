-- odd: stock restore differs in: 1-database
-- Settings of the database that break a tool which trusts its session: read-only by default, short timeouts, parsing
-- that differs, nothing in the search_path. Reading, restoring and carrying the settings over must be immune.
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer PRIMARY KEY, a text[], note text, parent integer REFERENCES odd.t);
INSERT INTO odd.t VALUES (1, '{NULL,"NULL",a}', E'back\\slash', 1), (2, NULL, 'it''s', 1);
CREATE FUNCTION odd.escaped() RETURNS text LANGUAGE sql AS $$ SELECT E'a\\b' || 'c\d' $$;
CREATE VIEW odd.v AS SELECT id, a = '{NULL}'::text[] AS same, note = 'c\d' AS other FROM odd.t;
CREATE MATERIALIZED VIEW odd.m AS SELECT id, note FROM odd.t;
DO $$
DECLARE
  setting text;
BEGIN
  FOREACH setting IN ARRAY ARRAY['default_transaction_read_only = on', 'statement_timeout = ''20s''', 'lock_timeout = ''3s''',
    'idle_in_transaction_session_timeout = ''20s''', 'array_nulls = off', 'standard_conforming_strings = off', 'search_path = ''''',
    'transform_null_equals = on', 'default_transaction_isolation = ''serializable''', 'default_transaction_deferrable = on',
    'check_function_bodies = on', 'row_security = off', 'session_replication_role = ''replica''', 'client_min_messages = ''debug1''',
    'escape_string_warning = on', 'synchronous_commit = off', 'client_encoding = ''LATIN1''',
    'default_toast_compression = ''pglz''', 'password_encryption = ''md5'''] LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
  END LOOP;
END $$;
