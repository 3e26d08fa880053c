-- case: a table of another owner, with grants that may be passed on, loses a column
-- expect: lossless
-- check: SELECT relowner = 'pg_database_owner'::regrole FROM pg_class WHERE oid = 'settings'::regclass
-- check: SELECT relacl::text LIKE '%pg_monitor=r*w/pg_database_owner%' FROM pg_class WHERE oid = 'settings'::regclass
-- before:
ALTER TABLE settings OWNER TO pg_database_owner;
GRANT SELECT ON settings TO pg_monitor WITH GRANT OPTION;
GRANT UPDATE ON settings TO pg_monitor;
GRANT SELECT (value), INSERT (key) ON settings TO pg_read_all_data;
REVOKE DELETE ON settings FROM pg_database_owner;
-- up:
ALTER TABLE settings DROP COLUMN value;
-- after:
INSERT INTO settings VALUES ('new');
