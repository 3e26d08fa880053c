-- Event triggers. They come last in a dump, or they would refuse and record the restore itself. Whoever creates or
-- drops anything in the restored database afterwards meets them.
CREATE SCHEMA odd;
CREATE TABLE odd.ddl_log (n integer GENERATED ALWAYS AS IDENTITY, tag text, object text);
CREATE FUNCTION odd.log_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO odd.ddl_log (tag, object)
    SELECT command_tag, object_identity FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'safety';
END $$;
CREATE FUNCTION odd.keep_tables() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE schema_name = 'odd') THEN
    RAISE EXCEPTION 'nothing in schema odd may be dropped';
  END IF;
END $$;
CREATE FUNCTION odd.no_rewrite() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no rewrites'; END $$;
CREATE FUNCTION odd.nothing() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE TABLE odd.t (id integer PRIMARY KEY);
INSERT INTO odd.t VALUES (1);
CREATE EVENT TRIGGER "odd log; ddl" ON ddl_command_end EXECUTE FUNCTION odd.log_ddl();
CREATE EVENT TRIGGER odd_tags ON ddl_command_start WHEN TAG IN ('DROP FUNCTION', 'CREATE TABLE AS') EXECUTE FUNCTION odd.nothing();
CREATE EVENT TRIGGER odd_keep ON sql_drop EXECUTE FUNCTION odd.keep_tables();
CREATE EVENT TRIGGER odd_rewrite ON table_rewrite EXECUTE FUNCTION odd.no_rewrite();
CREATE EVENT TRIGGER odd_disabled ON ddl_command_start EXECUTE FUNCTION odd.no_rewrite();
ALTER EVENT TRIGGER odd_disabled DISABLE;
ALTER EVENT TRIGGER odd_keep ENABLE ALWAYS;
ALTER EVENT TRIGGER odd_rewrite ENABLE REPLICA;
COMMENT ON EVENT TRIGGER odd_keep IS 'event trigger comment';
CREATE TABLE odd.logged (id integer);
