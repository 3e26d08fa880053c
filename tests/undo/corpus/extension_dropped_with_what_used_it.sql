-- case: an extension is dropped with the column and the index that used it
-- expect: lossless
-- says: citext
-- check: SELECT count(*) = 2 FROM pg_extension WHERE extname IN ('citext', 'pg_trgm')
-- check: SELECT nick = 'NICK 3' AND nick = 'nick 3' FROM users WHERE id = 'u3'
-- check: SELECT count(*) = 1 FROM pg_indexes WHERE indexname = 'products_title_trgm'
-- before:
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
ALTER TABLE users ADD COLUMN nick citext;
UPDATE users SET nick = 'Nick ' || substr(id, 2);
CREATE INDEX products_title_trgm ON products USING gin (title gin_trgm_ops);
-- up:
DROP EXTENSION citext CASCADE;
DROP EXTENSION pg_trgm CASCADE;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
UPDATE users SET name = 'x' WHERE id = 'u3';
