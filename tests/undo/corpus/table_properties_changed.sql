-- case: tables become unlogged, get another replica identity and cluster index
-- expect: lossless
-- check: SELECT relpersistence = 'p' AND relreplident = 'd' FROM pg_class WHERE oid = 'settings'::regclass
-- check: SELECT relpersistence = 'u' FROM pg_class WHERE oid = 'cache'::regclass
-- check: SELECT relreplident = 'i' FROM pg_class WHERE oid = 'products'::regclass
-- before:
CREATE UNLOGGED TABLE cache (key TEXT PRIMARY KEY, value JSONB);
INSERT INTO cache SELECT 'k' || g, to_jsonb(g) FROM generate_series(1, 100) g;
ALTER TABLE products REPLICA IDENTITY USING INDEX products_sku_key;
-- up:
ALTER TABLE settings SET UNLOGGED;
ALTER TABLE cache SET LOGGED;
ALTER TABLE settings REPLICA IDENTITY FULL;
ALTER TABLE products REPLICA IDENTITY DEFAULT;
ALTER TABLE users CLUSTER ON users_email_key;
-- after:
INSERT INTO settings VALUES ('new', 'row');
INSERT INTO cache VALUES ('new', '1');
DELETE FROM cache WHERE key = 'k4';
