-- Large objects: several sizes, holes, owners, privileges, comments, and numbers at both ends.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE safety_odd_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
SELECT lo_create(900001);
SELECT lo_from_bytea(900002, '\x00');
SELECT lo_from_bytea(900003, (SELECT decode(string_agg(lpad(to_hex(i), 2, '0'), '' ORDER BY i), 'hex') FROM generate_series(0, 255) i));
SELECT lo_from_bytea(900004, (SELECT decode(string_agg(md5(i::text), '' ORDER BY i), 'hex') FROM generate_series(1, 196608) i));
-- 2,047, 2,048 and 2,049 bytes: around the size of one page of a large object.
SELECT lo_from_bytea(900004 + i, decode(repeat('5c', 2045 + i), 'hex')) FROM generate_series(2, 4) i;
-- A hole of 100,000 bytes that nobody wrote.
SELECT lo_create(900010);
SELECT lo_put(900010, 100000, 'after the hole');
SELECT lo_from_bytea(1, 'the lowest number');
SELECT lo_from_bytea(4294967295::oid, 'the highest number');
SELECT lo_from_bytea(900011, E'\\134.\\012COPY x FROM stdin;\\012\\134N');
COMMENT ON LARGE OBJECT 900003 IS E'every byte\nonce; it''s \\ complete';
ALTER LARGE OBJECT 900002 OWNER TO safety_odd_owner;
ALTER LARGE OBJECT 900003 OWNER TO safety_odd_owner;
GRANT SELECT ON LARGE OBJECT 900003 TO PUBLIC;
GRANT SELECT, UPDATE ON LARGE OBJECT 900004 TO safety_odd_reader WITH GRANT OPTION;
REVOKE ALL ON LARGE OBJECT 900010 FROM CURRENT_USER;
CREATE TABLE public.points_at (id integer PRIMARY KEY, object oid);
INSERT INTO public.points_at SELECT row_number() OVER (ORDER BY oid), oid FROM pg_largeobject_metadata;
CREATE EXTENSION lo;
CREATE TABLE public.managed (id integer, object lo);
INSERT INTO public.managed VALUES (1, 900001);
CREATE TRIGGER managed BEFORE UPDATE OR DELETE ON public.managed FOR EACH ROW EXECUTE FUNCTION lo_manage(object);
