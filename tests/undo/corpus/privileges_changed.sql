-- case: privileges on tables, columns, functions, schemas, sequences and types are granted and revoked; defaults too
-- expect: lossless
-- check: SELECT has_table_privilege('public', 'products', 'SELECT') AND NOT has_table_privilege('public', 'orders', 'SELECT')
-- check: SELECT has_column_privilege('public', 'products', 'title', 'UPDATE') AND NOT has_column_privilege('public', 'users', 'name', 'SELECT')
-- check: SELECT NOT has_function_privilege('public', 'note_change()', 'EXECUTE') AND has_function_privilege('public', 'set_updated_at()', 'EXECUTE')
-- before:
CREATE SCHEMA reports;
GRANT USAGE ON SCHEMA reports TO PUBLIC;
-- up:
GRANT SELECT, INSERT ON orders TO PUBLIC;
GRANT SELECT (name) ON users TO PUBLIC;
REVOKE SELECT ON products FROM PUBLIC;
REVOKE UPDATE (title) ON products FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_change() TO PUBLIC;
REVOKE EXECUTE ON FUNCTION set_updated_at() FROM PUBLIC;
REVOKE USAGE ON SCHEMA reports FROM PUBLIC;
GRANT USAGE, SELECT ON SEQUENCE jobs_id_seq TO PUBLIC;
REVOKE USAGE ON TYPE order_status FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA reports GRANT SELECT ON TABLES TO PUBLIC;
-- after:
INSERT INTO settings VALUES ('new', 'row');
