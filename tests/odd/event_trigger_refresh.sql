-- odd: stock restore differs in: 5-tables 7-copy
-- An event trigger that records commands, beside a materialized view. pg_dump refreshes views after the event triggers
-- are there, and they see it: the log has one row too many.
CREATE SCHEMA odd;
CREATE TABLE odd.ddl_log (tag text);
CREATE TABLE odd.t (id integer);
INSERT INTO odd.t VALUES (1);
CREATE MATERIALIZED VIEW odd.refreshed AS SELECT id FROM odd.t;
CREATE FUNCTION odd.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO odd.ddl_log VALUES (TG_TAG); END $$;
CREATE EVENT TRIGGER odd_log ON ddl_command_end WHEN TAG IN ('REFRESH MATERIALIZED VIEW') EXECUTE FUNCTION odd.log_ddl();
