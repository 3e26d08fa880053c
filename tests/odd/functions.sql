-- Functions, procedures, aggregates, window functions and languages.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE TABLE odd.t (id integer PRIMARY KEY, note text);
INSERT INTO odd.t VALUES (1, 'one'), (2, 'two');

CREATE FUNCTION odd.sql_string(a integer, OUT b integer, INOUT c text DEFAULT E'it''s\n\\', VARIADIC d integer[] DEFAULT '{1,2}')
  RETURNS record LANGUAGE sql STABLE STRICT PARALLEL SAFE LEAKPROOF COST 7 AS 'SELECT a + 1, c || d::text';
CREATE FUNCTION odd.sql_table("in; name" integer) RETURNS TABLE (id integer, "out name" text) LANGUAGE sql ROWS 5 SECURITY DEFINER
  SET search_path = "$user", public, "odd schema" SET DateStyle = 'German, DMY' SET work_mem = '5MB' SET "odd.placeholder" = E'a''b\\c'
  AS $$ SELECT t.id, t.note FROM odd.t t WHERE t.id >= "in; name" $$;
CREATE FUNCTION odd.standard(a integer, b integer DEFAULT 3) RETURNS integer RETURN a * b + (SELECT count(*) FROM odd.t)::integer;
CREATE FUNCTION odd.atomic(a integer) RETURNS SETOF odd.t LANGUAGE sql BEGIN ATOMIC
  INSERT INTO odd.t VALUES (a, 'a;b') ON CONFLICT (id) DO UPDATE SET note = excluded.note || E'\n;';
  SELECT id, note FROM odd.t WHERE id = a;
END;
CREATE FUNCTION odd.atomic_calls_atomic() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM odd.atomic(odd.standard(1)); END;
CREATE PROCEDURE odd.empty_atomic() LANGUAGE sql BEGIN ATOMIC END;
-- Bodies that look like the end of a body, like COPY, like psql.
CREATE FUNCTION odd.looks_like_copy() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
  /*
COPY odd.t (id, note) FROM stdin;
1	one
\.
  $$ $_$ $function$ ; -- */
  EXECUTE $$ SELECT 1; $$;

  RETURN E'\\connect nowhere
\\.
\\restrict x
--
-- Name: fake; Type: TABLE; Schema: odd; Owner: nobody
--
COMMIT;';
END
$body$;
CREATE FUNCTION odd.crlf() RETURNS text LANGUAGE plpgsql AS E'BEGIN\r\n  RETURN ''x'';\r\nEND';
CREATE FUNCTION odd.refers_to_missing() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT x FROM no_such_table); END';
SET check_function_bodies = off;
CREATE FUNCTION odd.invalid_sql() RETURNS integer LANGUAGE sql AS 'SELECT x FROM no_such_table';
RESET check_function_bodies;
CREATE FUNCTION odd."name; with ""quotes"" and $$"() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION odd.overloaded(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION odd.overloaded(text, anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT $2[1]';
CREATE FUNCTION odd.overloaded(VARIADIC anycompatiblearray) RETURNS anycompatible LANGUAGE sql AS 'SELECT $1[1]';
CREATE FUNCTION odd.internal_alias(text) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textlen';
CREATE FUNCTION odd.running(anyelement) RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_rank';
CREATE PROCEDURE odd.does(INOUT a integer, OUT c text, b text DEFAULT 'x') LANGUAGE plpgsql AS $$ BEGIN COMMIT; c := b; END $$;
CREATE FUNCTION odd.support(internal) RETURNS internal LANGUAGE internal STRICT AS 'generate_series_int4_support';
CREATE FUNCTION odd.with_support(integer, integer) RETURNS SETOF integer LANGUAGE internal IMMUTABLE STRICT SUPPORT odd.support AS 'generate_series_int4';
ALTER FUNCTION odd.overloaded(integer) OWNER TO safety_odd_owner;
COMMENT ON FUNCTION odd.overloaded(text, anyarray) IS 'function comment';
COMMENT ON PROCEDURE odd.does(integer, text) IS 'procedure comment';

CREATE AGGREGATE odd.add_up(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE,
  MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MINITCOND = '0');
CREATE AGGREGATE odd.smallest(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = OPERATOR(pg_catalog.<));
CREATE AGGREGATE odd.middle(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_WRITE);
CREATE AGGREGATE odd.place(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE odd.count_all(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE FUNCTION odd.collect(text[], text) RETURNS text[] LANGUAGE sql IMMUTABLE AS 'SELECT $1 || $2';
CREATE AGGREGATE odd.collect(text) (SFUNC = odd.collect, STYPE = text[], INITCOND = '{"it''s","a;b"}', SSPACE = 100);
COMMENT ON AGGREGATE odd.add_up(integer) IS 'aggregate comment';
CREATE VIEW odd.uses_aggregates AS
  SELECT odd.add_up(id) OVER (ORDER BY id ROWS 1 PRECEDING) AS a, odd.running(id) OVER (ORDER BY id) AS r FROM odd.t;

-- A language of our own over the handler of PL/pgSQL.
CREATE FUNCTION odd.handler() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION odd.inline(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION odd.validator(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE "odd language" HANDLER odd.handler INLINE odd.inline VALIDATOR odd.validator;
COMMENT ON LANGUAGE "odd language" IS 'language comment';
GRANT USAGE ON LANGUAGE "odd language" TO safety_odd_owner;
CREATE FUNCTION odd.in_odd_language() RETURNS integer LANGUAGE "odd language" AS 'BEGIN RETURN 5; END';
