-- case: columns get other types, and some of their values were emptied since: they stay empty
-- expect: lossless
-- check: SELECT released_at IS NULL FROM products WHERE id = 8
-- check: SELECT geojson IS NULL FROM addresses WHERE id = 'a9'
-- check: SELECT birth_year IS NULL FROM users WHERE id = 'u9'
-- up:
ALTER TABLE products ALTER COLUMN released_at TYPE DATE;
ALTER TABLE addresses ALTER COLUMN geojson TYPE JSONB;
ALTER TABLE users ALTER COLUMN birth_year TYPE TEXT;
-- after:
UPDATE products SET released_at = NULL WHERE id = 8;
UPDATE addresses SET geojson = NULL WHERE id = 'a9';
UPDATE users SET birth_year = NULL WHERE id = 'u9';
