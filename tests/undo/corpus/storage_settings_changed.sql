-- case: storage, compression, statistics targets and options of columns, tables and indexes change
-- expect: lossless
-- check: SELECT attstorage = 'x' AND attcompression = '' AND attstattarget = -1 AND attoptions IS NULL FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'permissions'
-- check: SELECT reloptions = '{fillfactor=80}' FROM pg_class WHERE oid = 'videos'::regclass
-- check: SELECT reloptions IS NULL FROM pg_class WHERE oid = 'orders'::regclass
-- before:
ALTER TABLE videos SET (fillfactor = 80);
-- up:
ALTER TABLE users ALTER COLUMN permissions SET STORAGE EXTERNAL, ALTER COLUMN permissions SET COMPRESSION pglz, ALTER COLUMN permissions SET STATISTICS 700, ALTER COLUMN permissions SET (n_distinct = -0.5);
ALTER TABLE videos RESET (fillfactor);
ALTER TABLE orders SET (autovacuum_vacuum_scale_factor = 0.01, toast.autovacuum_enabled = false);
ALTER INDEX users_role_idx SET (fillfactor = 55);
-- after:
UPDATE users SET permissions = '{"x": 1}' WHERE id = 'u3';
UPDATE orders SET note = 'x' WHERE id = 'o3';
