-- case: publications, operators, casts, text search configurations and event triggers come and go
-- expect: lossless
-- check: SELECT count(*) = 1 FROM pg_publication WHERE pubname = 'orders_out'
-- check: SELECT count(*) = 0 FROM pg_event_trigger WHERE evtname = 'watch'
-- check: SELECT to_tsvector('shop', 'running')::text = '''running'':1'
-- before:
CREATE PUBLICATION orders_out FOR TABLE orders, users WITH (publish = 'insert');
CREATE TEXT SEARCH CONFIGURATION shop (COPY = simple);
-- up:
ALTER PUBLICATION orders_out DROP TABLE users;
CREATE PUBLICATION everything FOR ALL TABLES;
DROP TEXT SEARCH CONFIGURATION shop;
CREATE TEXT SEARCH CONFIGURATION shop2 (COPY = english);
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION watch();
-- after:
UPDATE orders SET note = 'x' WHERE id = 'o3';
