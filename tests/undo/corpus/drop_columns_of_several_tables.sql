-- case: several columns of several tables go at once
-- expect: lossless
-- says: public.users.birth_year
-- says: public.jobs.payload
-- check: SELECT birth_year = 1955 AND permissions = '{"level": 0, "tags": ["t5"]}' FROM users WHERE id = 'u5'
-- check: SELECT payload = '{"n": 4}' FROM jobs WHERE id = 4
-- check: SELECT payload = '{}' AND video_id IS NULL FROM jobs WHERE kind = 'new'
-- check: SELECT permissions = '{}' AND birth_year IS NULL FROM users WHERE id = 'n1'
-- up:
ALTER TABLE users DROP COLUMN birth_year, DROP COLUMN permissions;
ALTER TABLE jobs DROP COLUMN payload;
ALTER TABLE jobs DROP COLUMN video_id;
ALTER TABLE products DROP COLUMN tags;
-- after:
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
INSERT INTO jobs (kind) VALUES ('new');
INSERT INTO products (sku, title, price) VALUES ('SKU-NEW', 'New', 5);
UPDATE users SET name = 'x' WHERE id = 'u5';
UPDATE jobs SET state = 'failed' WHERE id = 4;
DELETE FROM jobs WHERE id = 8;
DELETE FROM users WHERE id = 'u6';
