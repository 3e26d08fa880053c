-- Operators, operator classes and families, casts, conversions, and what is built with them.
CREATE SCHEMA odd;
CREATE TYPE odd.size;
CREATE FUNCTION odd.size_in(cstring) RETURNS odd.size LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION odd.size_out(odd.size) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE odd.size (INPUT = odd.size_in, OUTPUT = odd.size_out, LIKE = integer);
CREATE FUNCTION odd.size_lt(odd.size, odd.size) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4gt';
CREATE FUNCTION odd.size_le(odd.size, odd.size) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4ge';
CREATE FUNCTION odd.size_eq(odd.size, odd.size) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION odd.size_ge(odd.size, odd.size) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4le';
CREATE FUNCTION odd.size_gt(odd.size, odd.size) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4lt';
CREATE FUNCTION odd.size_order(a odd.size, b odd.size) RETURNS integer LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT btint4cmp(odd.size_out(b)::text::integer, odd.size_out(a)::text::integer)';
CREATE FUNCTION odd.size_hash(odd.size) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'hashint4';
CREATE OPERATOR odd.= (LEFTARG = odd.size, RIGHTARG = odd.size, FUNCTION = odd.size_eq, COMMUTATOR = OPERATOR(odd.=), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR odd.< (LEFTARG = odd.size, RIGHTARG = odd.size, FUNCTION = odd.size_lt, COMMUTATOR = OPERATOR(odd.>), NEGATOR = OPERATOR(odd.>=));
CREATE OPERATOR odd.> (LEFTARG = odd.size, RIGHTARG = odd.size, FUNCTION = odd.size_gt, COMMUTATOR = OPERATOR(odd.<), NEGATOR = OPERATOR(odd.<=));
CREATE OPERATOR odd.<= (LEFTARG = odd.size, RIGHTARG = odd.size, FUNCTION = odd.size_le, COMMUTATOR = OPERATOR(odd.>=), NEGATOR = OPERATOR(odd.>));
CREATE OPERATOR odd.>= (LEFTARG = odd.size, RIGHTARG = odd.size, FUNCTION = odd.size_ge, COMMUTATOR = OPERATOR(odd.<=), NEGATOR = OPERATOR(odd.<));
CREATE OPERATOR odd.#@& (RIGHTARG = odd.size, FUNCTION = odd.size_hash);
COMMENT ON OPERATOR odd.#@& (NONE, odd.size) IS 'prefix operator';
CREATE OPERATOR FAMILY odd.size_family USING btree;
CREATE OPERATOR CLASS odd.size_order DEFAULT FOR TYPE odd.size USING btree FAMILY odd.size_family AS
  OPERATOR 1 odd.<, OPERATOR 2 odd.<=, OPERATOR 3 odd.=, OPERATOR 4 odd.>=, OPERATOR 5 odd.>, FUNCTION 1 odd.size_order(odd.size, odd.size);
CREATE OPERATOR CLASS odd.size_hash DEFAULT FOR TYPE odd.size USING hash AS OPERATOR 1 odd.=, FUNCTION 1 odd.size_hash(odd.size);
COMMENT ON OPERATOR CLASS odd.size_order USING btree IS 'largest first';
COMMENT ON OPERATOR FAMILY odd.size_family USING btree IS 'family comment';
CREATE FUNCTION odd.size_integer_eq(odd.size, integer) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT AS 'int4eq';
CREATE FUNCTION odd.size_integer_order(odd.size, integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'btint4cmp';
CREATE OPERATOR odd.= (LEFTARG = odd.size, RIGHTARG = integer, FUNCTION = odd.size_integer_eq);
ALTER OPERATOR FAMILY odd.size_family USING btree ADD OPERATOR 3 odd.= (odd.size, integer), FUNCTION 1 (odd.size, integer) odd.size_integer_order(odd.size, integer);
CREATE OPERATOR FAMILY odd."empty; family" USING gin;
CREATE OPERATOR CLASS odd.integer_backwards FOR TYPE integer USING btree AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE TYPE odd.size_range AS RANGE (subtype = odd.size, subtype_opclass = odd.size_order);

CREATE TABLE odd.t (id odd.size PRIMARY KEY, n integer, r odd.size_range);
INSERT INTO odd.t SELECT i::text::odd.size, i, NULL FROM generate_series(-20, 20) i;
UPDATE odd.t SET r = odd.size_range('9', '3') WHERE n = 1;
CREATE INDEX t_hash ON odd.t USING hash (id);
CREATE INDEX t_backwards ON odd.t (n odd.integer_backwards);

CREATE FUNCTION odd.to_integer(odd.size) RETURNS integer LANGUAGE internal IMMUTABLE STRICT AS 'int4up';
CREATE CAST (odd.size AS integer) WITH FUNCTION odd.to_integer(odd.size) AS ASSIGNMENT;
CREATE CAST (integer AS odd.size) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (odd.size AS text) WITH INOUT;
CREATE FUNCTION odd.bytes(text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT convert_to($1, 'UTF8') $$;
CREATE CAST (text AS bytea) WITH FUNCTION odd.bytes(text);
COMMENT ON CAST (text AS bytea) IS 'cast between two types of the system';
CREATE CONVERSION odd.latin1 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE DEFAULT CONVERSION odd.latin1_default FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON CONVERSION odd.latin1 IS 'conversion comment';
CREATE VIEW odd.uses AS SELECT a.id FROM odd.t a WHERE a.id OPERATOR(odd.<) '0'::odd.size ORDER BY a.id USING OPERATOR(odd.>);
