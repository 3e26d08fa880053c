-- case: composite and range types that no column has are changed, dropped and added
-- expect: lossless
-- check: SELECT to_regtype('public.pair') IS NOT NULL AND to_regtype('public.floats') IS NOT NULL AND to_regtype('public.triple') IS NULL
-- before:
CREATE TYPE pair AS (a INTEGER, b TEXT COLLATE "C");
CREATE TYPE floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
-- up:
ALTER TYPE pair DROP ATTRIBUTE b, ALTER ATTRIBUTE a TYPE TEXT;
DROP TYPE floats;
CREATE TYPE triple AS (a INTEGER, b INTEGER, c INTEGER);
-- after:
INSERT INTO settings VALUES ('new', 'row');
