-- case: a schema is dropped with its tables, types, functions, sequences and privileges
-- expect: lossless
-- says: reports
-- check: SELECT count(*) = 50 FROM reports.runs JOIN public.orders ON orders.id = runs.order_id
-- check: SELECT last_value = 77 FROM reports.numbers
-- check: SELECT has_schema_privilege('public', 'reports', 'USAGE') AND obj_description('reports'::regnamespace) = 'By night'
-- before:
CREATE SCHEMA reports;
COMMENT ON SCHEMA reports IS 'By night';
GRANT USAGE ON SCHEMA reports TO PUBLIC;
CREATE TYPE reports.kind AS ENUM ('daily', 'weekly');
CREATE SEQUENCE reports.numbers START 77;
SELECT nextval('reports.numbers');
CREATE FUNCTION reports.now_text() RETURNS text LANGUAGE sql AS $$ SELECT now()::text $$;
CREATE TABLE reports.runs (id SERIAL PRIMARY KEY, kind reports.kind NOT NULL DEFAULT 'daily', at TEXT DEFAULT reports.now_text(), order_id TEXT REFERENCES public.orders (id) ON DELETE SET NULL);
CREATE VIEW reports.daily AS SELECT * FROM reports.runs WHERE kind = 'daily';
INSERT INTO reports.runs (order_id) SELECT 'o' || g FROM generate_series(1, 50) g;
-- up:
DROP SCHEMA reports CASCADE;
-- after:
UPDATE orders SET note = 'x' WHERE id = 'o3';
