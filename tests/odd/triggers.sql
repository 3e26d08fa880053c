-- Triggers of every kind. Those in force would change or refuse rows if they fired during a restore.
CREATE SCHEMA odd;
CREATE FUNCTION odd.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'odd.refuse: a restore must not fire %', TG_NAME; END $$;
CREATE FUNCTION odd.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := coalesce(NEW.note, '') || TG_ARGV[0]; RETURN NEW; END $$;
CREATE FUNCTION odd.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TABLE odd.t (id integer PRIMARY KEY, note text, amount integer);
INSERT INTO odd.t VALUES (1, 'one', 1), (2, NULL, 2), (3, '', NULL);

CREATE TRIGGER z_refuse_insert BEFORE INSERT ON odd.t FOR EACH ROW EXECUTE FUNCTION odd.refuse();
CREATE TRIGGER refuse_statement AFTER INSERT ON odd.t FOR EACH STATEMENT EXECUTE FUNCTION odd.refuse();
CREATE TRIGGER "change; 'note'" BEFORE INSERT OR UPDATE OF note, amount ON odd.t FOR EACH ROW
  WHEN (NEW.note IS DISTINCT FROM E'a\nb' AND NEW.id > 0) EXECUTE FUNCTION odd.change(E'it''s\\\n', '', '2');
CREATE TRIGGER truncated BEFORE TRUNCATE ON odd.t FOR EACH STATEMENT EXECUTE FUNCTION odd.refuse();
CREATE TRIGGER with_tables AFTER UPDATE ON odd.t REFERENCING OLD TABLE AS "old rows" NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION odd.pass();
CREATE CONSTRAINT TRIGGER is_deferred AFTER INSERT ON odd.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id > 1) EXECUTE FUNCTION odd.refuse();
CREATE CONSTRAINT TRIGGER may_be_deferred AFTER UPDATE OR DELETE ON odd.t DEFERRABLE FOR EACH ROW EXECUTE FUNCTION odd.pass();
CREATE TRIGGER disabled BEFORE DELETE ON odd.t FOR EACH ROW EXECUTE FUNCTION odd.refuse();
CREATE TRIGGER always BEFORE INSERT ON odd.t FOR EACH ROW EXECUTE FUNCTION odd.refuse();
CREATE TRIGGER replica BEFORE INSERT ON odd.t FOR EACH ROW EXECUTE FUNCTION odd.refuse();
ALTER TABLE odd.t DISABLE TRIGGER disabled, ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER replica;
COMMENT ON TRIGGER always ON odd.t IS 'trigger comment';

CREATE VIEW odd.v AS SELECT id, note FROM odd.t;
CREATE TRIGGER instead INSTEAD OF INSERT OR UPDATE OR DELETE ON odd.v FOR EACH ROW EXECUTE FUNCTION odd.pass();

-- On partitioned tables: cloned to partitions, with another state on some.
CREATE TABLE odd.p (id integer, note text) PARTITION BY RANGE (id);
CREATE TABLE odd.p_1 PARTITION OF odd.p FOR VALUES FROM (0) TO (10);
CREATE TABLE odd.p_2 PARTITION OF odd.p FOR VALUES FROM (10) TO (20);
INSERT INTO odd.p SELECT i, 'row' FROM generate_series(0, 19) i;
CREATE TRIGGER cloned BEFORE INSERT ON odd.p FOR EACH ROW EXECUTE FUNCTION odd.change('cloned');
CREATE TRIGGER off AFTER INSERT ON odd.p FOR EACH ROW EXECUTE FUNCTION odd.refuse();
ALTER TABLE odd.p DISABLE TRIGGER off;
ALTER TABLE odd.p_2 ENABLE REPLICA TRIGGER cloned;
CREATE TRIGGER on_statement AFTER INSERT ON odd.p REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION odd.pass();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON odd.p DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION odd.pass();

-- All triggers of a table off, its foreign keys among them: rows that break them are there.
CREATE TABLE odd.user_triggers_off (id integer PRIMARY KEY, note text);
CREATE TRIGGER never BEFORE INSERT ON odd.user_triggers_off FOR EACH ROW EXECUTE FUNCTION odd.refuse();
ALTER TABLE odd.user_triggers_off DISABLE TRIGGER ALL;
INSERT INTO odd.user_triggers_off VALUES (1, 'kept');
