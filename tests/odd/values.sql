-- One table a family of built-in types, at the edges of what they hold.
DO $$ BEGIN CREATE ROLE safety_odd_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
CREATE SCHEMA odd;
CREATE TABLE odd.numbers (id integer PRIMARY KEY, f4 float4, f8 float8, n numeric, ns numeric(5, -3), i2 smallint, i4 integer, i8 bigint, m money, o oid, b boolean);
INSERT INTO odd.numbers VALUES
  (1, 0.1::float4 + 0.2::float4, 0.1::float8 + 0.2::float8, 0.1 + 0.2, 12345678, -32768, -2147483648, -9223372036854775808, -92233720368547758.08, 4294967295, true),
  (2, 'NaN', 'NaN', 'NaN', 'NaN', 32767, 2147483647, 9223372036854775807, 92233720368547758.07, 0, false),
  (3, 'Infinity', '-Infinity', 'Infinity', NULL, 0, 0, 0, 0, 1, NULL),
  (4, 1e-45, 1e-310, '-Infinity', 0, NULL, NULL, NULL, '-0.01', NULL, NULL),
  (5, 3.4028235e38, 1.7976931348623157e308, 1e1000, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (6, '-0', '-0', '-0.000', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (7, 16777217, 9007199254740993, 1e-1000, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (8, 1.17549435e-38, 4.9406564584124654e-324, 1.10, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (9, NULL, 2.2250738585072011e-308, 1.1000, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE odd.times (id integer PRIMARY KEY, d date, t time(6), tz timetz, ts timestamp, tstz timestamptz, ts0 timestamp(0), i interval, iy interval year to month, isec interval second(2));
INSERT INTO odd.times VALUES
  (1, 'infinity', '24:00:00', '23:59:59.999999+15:59', 'infinity', 'infinity', 'infinity', '178000000 years', '1-2', '1.239'),
  (2, '-infinity', '00:00', '00:00:00-15:59', '-infinity', '-infinity', '-infinity', '-178000000 years -11 months -2147483648 days -2562047788:00:54.775807', '-1-2', '-0.005'),
  (3, '4714-11-24 BC', '12:00:00.000001', '12:00+05:30', '4714-11-24 00:00:00 BC', '4714-11-24 00:00:00+00 BC', '0001-01-01 BC', '1 mon -1 day +00:00:00.000001', '0', '0'),
  (4, '5874897-12-31', '23:59:60', '00:00+00', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '1999-12-31 23:59:59.5', '-1 mon +1 day -00:00:01', NULL, NULL),
  (5, '2000-02-29', NULL, NULL, '0099-03-04 05:06:07', '1883-11-18 12:03:58 America/New_York', '2020-03-29 02:30:00', '-00:00:00.1', NULL, NULL),
  (6, '1582-10-10', NULL, NULL, NULL, '2020-10-25 02:30:00+01', NULL, '1 year 2 mons 3 days 04:05:06.789', NULL, NULL);
CREATE TABLE odd.bits (b bit(3), vb varbit, vb8 varbit(8));
INSERT INTO odd.bits VALUES (B'101', B'', B'1'), (NULL, B'0000000000000001', X'FF'), (B'000', repeat('10', 5000)::varbit, NULL);
CREATE TABLE odd.documents (id integer PRIMARY KEY, x xml, j json, jb jsonb, jp jsonpath, tv tsvector, tq tsquery);
INSERT INTO odd.documents VALUES
  (1, '<a b="1">text &amp; <![CDATA[raw <x>]]></a>', '{"a":1, "a" : 2,  "b":[ ]}', '{"a":1, "a" : 2, "b":[1.0, 1e400]}', '$.a[*] ? (@ > 1 && @.b like_regex "^x" flag "i")', 'a:1A b:2,3B ''it''''s'':4', 'a & !(b | c:*AB) <-> d'),
  (2, 'just content <b/> more', E'  [1,\n\t2]  ', '"\u00e9 \ud83d\ude00 \\ \" \n \u0001"', 'strict $', '', ''),
  (3, '<!DOCTYPE d [<!ENTITY e "x">]><d>y</d>', '"\ud83d\ude00 \u0041 \/"', 'null', '$."a b".size()', '''a b'' ''\\''', '''a b'''),
  (4, '', 'null', '{"": {"": []}}', 'lax $ + -1.5e3', NULL, NULL),
  (5, NULL, '1e400', '-0', NULL, NULL, NULL);
CREATE TABLE odd.shapes (id integer PRIMARY KEY, p point, l line, s lseg, b box, pa path, po polygon, c circle);
INSERT INTO odd.shapes VALUES
  (1, '(0.1,1e-310)', '{1,-2,3.3}', '[(0,0),(1e300,-1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1.5>'),
  (2, '(NaN,-Infinity)', '{0,1,0}', '[(1,1),(1,1)]', '(0.30000000000000004,5),(-0,-5)', '((0,0),(1,1))', '((1,1))', '<(NaN,0),Infinity>');
CREATE TABLE odd.network (i inet, c cidr, m macaddr, m8 macaddr8);
INSERT INTO odd.network VALUES ('10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'), ('::1', '::/0', 'ff:ff:ff:ff:ff:ff', NULL), ('::ffff:1.2.3.4/96', '2001:db8::/32', NULL, NULL), ('0.0.0.0/0', '255.255.255.255', NULL, NULL);
CREATE TABLE odd.ranges (i4 int4range, i8 int8range, n numrange, ts tsrange, tz tstzrange, d daterange, i4m int4multirange, dm datemultirange, nm nummultirange);
INSERT INTO odd.ranges VALUES
  ('empty', '(,)', '(0.1,0.10]', '[-infinity,infinity]', '[2020-01-01 00:00+00,)', '(,infinity)', '{}', '{(,)}', '{(,1),[2,2],(3,)}'),
  ('[1,2147483646]', '[-9223372036854775808,9223372036854775806]', '[NaN,NaN]', '["0001-01-01 00:00:00 BC",)', 'empty', '[-infinity,2020-01-01]', '{[1,3),[5,7)}', NULL, '{}');
CREATE TABLE odd.internals (l pg_lsn, x xid, x8 xid8, ci cid, ti tid, s pg_snapshot, ts txid_snapshot, u uuid, a aclitem, iv int2vector, ov oidvector, r refcursor);
INSERT INTO odd.internals VALUES
  ('0/0', '0', '0', '0', '(0,0)', '1:1:', '10:20:10,14,15', '00000000-0000-0000-0000-000000000000', '=r/safety_odd_owner', '', '', ''),
  ('FFFFFFFF/FFFFFFFF', '4294967295', '18446744073709551615', '4294967295', '(4294967295,65535)', '1:9223372036854775807:5', NULL, 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, '1 2 3', '1 2', E'it''s');

-- Columns that hold names of objects: their text depends on the search_path of who reads, and the object must be
-- there before the row.
CREATE TABLE odd.points_at (c regclass, p regproc, pr regprocedure, o regoper, op regoperator, t regtype, n regnamespace, co regcollation, cf regconfig, d regdictionary);
CREATE FUNCTION odd."a function"(integer, VARIADIC text[]) RETURNS integer LANGUAGE sql AS 'SELECT 1';
INSERT INTO odd.points_at VALUES
  ('odd.points_at', 'odd."a function"', 'odd."a function"(integer, text[])', '|/', '+(integer,integer)', 'odd.numbers[]', 'odd', '"C"', 'german', 'simple'),
  ('pg_class', 'now', 'now()', '!!', '-(NONE,integer)', 'character varying', 'pg_catalog', '"POSIX"', 'pg_catalog.simple', NULL),
  ('-', '-', '-', '0', '0', '-', '-', '-', '-', '-'),
  ('4000000000', '4000000000', '4000000001', '4000000002', '4000000003', '4000000004', '4000000005', '4000000006', '4000000007', '4000000008');
