-- case: an unlogged table is dropped
-- expect: lossless
-- says: public.cache
-- check: SELECT relpersistence = 'u' FROM pg_class WHERE oid = 'cache'::regclass
-- before:
CREATE UNLOGGED TABLE cache (key TEXT PRIMARY KEY, value JSONB);
INSERT INTO cache SELECT 'k' || g, to_jsonb(g) FROM generate_series(1, 100) g;
-- up:
DROP TABLE cache;
-- after:
INSERT INTO settings VALUES ('new', 'row');
