-- case: a schema is added with tables, types and functions, and used
-- expect: lossy
-- says: reports
-- check: SELECT to_regnamespace('reports') IS NULL
-- check: SELECT count(*) = 2 FROM safety_lost."reports.runs 20260101_000000"
-- up:
CREATE SCHEMA reports;
CREATE TYPE reports.kind AS ENUM ('daily', 'weekly');
CREATE FUNCTION reports.now_text() RETURNS text LANGUAGE sql AS $$ SELECT now()::text $$;
CREATE TABLE reports.runs (id SERIAL PRIMARY KEY, kind reports.kind NOT NULL, at TEXT DEFAULT reports.now_text(), order_id TEXT REFERENCES public.orders (id));
CREATE VIEW reports.daily AS SELECT * FROM reports.runs WHERE kind = 'daily';
GRANT USAGE ON SCHEMA reports TO PUBLIC;
-- after:
INSERT INTO reports.runs (kind, order_id) VALUES ('daily', 'o1'), ('weekly', 'o2');
