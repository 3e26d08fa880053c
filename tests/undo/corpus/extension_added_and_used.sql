-- case: an extension is added, and a column and an index use it
-- expect: lossless
-- says: citext
-- check: SELECT count(*) = 0 FROM pg_extension WHERE extname IN ('citext', 'pg_trgm')
-- check: SELECT email = 'New@Example.org' FROM users WHERE id = 'n1'
-- up:
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
DROP VIEW big_spenders;
ALTER TABLE users ALTER COLUMN email TYPE citext;
CREATE VIEW big_spenders AS SELECT t.user_id, u.email, t.total FROM order_totals t JOIN users u ON u.id = t.user_id WHERE t.total > 500;
CREATE INDEX products_title_trgm ON products USING gin (title gin_trgm_ops);
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'New@Example.org');
DELETE FROM products WHERE id = 230;
