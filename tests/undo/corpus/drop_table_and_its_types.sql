-- case: a table is dropped with the enum, the domain and the composite type that it used
-- expect: lossless
-- check: SELECT (place).lat = 5 AND mail = 'm5@example.org' AND kind = 'b' FROM sites WHERE id = 5
-- before:
CREATE TYPE site_kind AS ENUM ('a', 'b');
CREATE DOMAIN mail AS TEXT CHECK (VALUE LIKE '%@%');
CREATE TYPE point2 AS (lat INTEGER, lon NUMERIC(6,2));
CREATE TABLE sites (id SERIAL PRIMARY KEY, kind site_kind[], mail mail NOT NULL, place point2);
ALTER TABLE sites ALTER COLUMN kind TYPE site_kind USING 'a';
INSERT INTO sites (kind, mail, place) SELECT 'b', 'm' || g || '@example.org', ROW(g, g / 3.0)::point2 FROM generate_series(1, 60) g;
-- up:
DROP TABLE sites;
DROP TYPE point2;
DROP DOMAIN mail;
DROP TYPE site_kind;
-- after:
INSERT INTO settings VALUES ('new', 'row');
