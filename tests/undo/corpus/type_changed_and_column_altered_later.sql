-- case: a type is changed, rows are written, and then the column itself is altered again: what was written in between still counts
-- expect: lossless
-- check: SELECT duration_seconds = 77 FROM videos WHERE id = 5
-- check: SELECT duration_seconds = 60 FROM videos WHERE id = 6
-- check: SELECT birth_year = 1901 FROM users WHERE id = 'u5'
-- check: SELECT released_at::date = '2025-12-24' FROM products WHERE id = 6
-- check: SELECT released_at = '2025-03-01 10:30:00+00'::timestamptz + 5 * interval '61 minutes' FROM products WHERE id = 5
-- up:
ALTER TABLE videos ALTER COLUMN duration_seconds TYPE BIGINT;
ALTER TABLE users ALTER COLUMN birth_year TYPE TEXT;
ALTER TABLE products ALTER COLUMN released_at TYPE DATE;
-- after:
UPDATE videos SET duration_seconds = 77 WHERE id = 5;
UPDATE users SET birth_year = '1901' WHERE id = 'u5';
UPDATE products SET released_at = '2025-12-24' WHERE id = 6;
ALTER TABLE videos ALTER COLUMN duration_seconds SET STATISTICS 500;
GRANT SELECT (birth_year) ON users TO PUBLIC;
ALTER TABLE products ALTER COLUMN released_at SET DEFAULT '2025-01-01';
