-- case: defaults are added, changed and dropped
-- expect: lossless
-- check: SELECT column_default IS NULL FROM information_schema.columns WHERE table_name = 'users' AND column_name = 'name'
-- check: SELECT column_default LIKE '%Edmonton%' FROM information_schema.columns WHERE table_name = 'addresses' AND column_name = 'city'
-- check: SELECT city = 'Calgary' FROM addresses WHERE id = 'new1'
-- up:
ALTER TABLE users ALTER COLUMN name SET DEFAULT 'Nobody';
ALTER TABLE addresses ALTER COLUMN city SET DEFAULT 'Calgary';
ALTER TABLE videos ALTER COLUMN codec DROP DEFAULT;
CREATE SEQUENCE order_numbers START 1000;
ALTER TABLE orders ALTER COLUMN id SET DEFAULT 'o' || nextval('order_numbers');
-- after:
INSERT INTO addresses (id, user_id, line1) VALUES ('new1', 'u1', 'x');
INSERT INTO orders (user_id, total) VALUES ('u1', 3), ('u2', 4);
INSERT INTO users (id, email) VALUES ('n1', 'n1@example.org');
DELETE FROM videos WHERE id = 3;
