-- case: a schema is renamed with all that is in it
-- expect: lossless
-- not-in-archive-mode: what is in a renamed schema is told from dropped and added things by its oid only
-- check: SELECT count(*) = 41 FROM reports.runs
-- check: SELECT body = 'x' FROM reports.runs WHERE id = 3
-- before:
CREATE SCHEMA reports;
CREATE TYPE reports.kind AS ENUM ('daily', 'weekly');
CREATE TABLE reports.runs (id SERIAL PRIMARY KEY, kind reports.kind DEFAULT 'daily', body TEXT);
CREATE VIEW reports.daily AS SELECT * FROM reports.runs WHERE kind = 'daily';
INSERT INTO reports.runs (body) SELECT 'b' || g FROM generate_series(1, 40) g;
-- up:
ALTER SCHEMA reports RENAME TO statements;
-- after:
INSERT INTO statements.runs (body) VALUES ('new');
UPDATE statements.runs SET body = 'x' WHERE id = 3;
