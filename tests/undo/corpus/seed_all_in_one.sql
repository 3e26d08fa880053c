-- case: the six habits of the migration page in one migration
-- expect: lossy
-- says: public.addresses.province
-- says: public.users.is_verified
-- check: SELECT geocode_confidence = 'n/a' FROM addresses WHERE id = 'a6'
-- check: SELECT geocode_confidence = '61' FROM addresses WHERE id = 'new1'
-- check: SELECT count(*) FILTER (WHERE province = 'AB') = 1 FROM safety_lost."public.addresses.province 20260101_000000"
-- up:
ALTER TABLE addresses ADD COLUMN province TEXT;
ALTER TABLE users ADD COLUMN is_verified BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN address_id TEXT REFERENCES addresses (id) ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX orders_address_id_idx ON orders (address_id);
ALTER TABLE addresses ADD COLUMN confidence_new INTEGER;
UPDATE addresses SET confidence_new = geocode_confidence::integer WHERE geocode_confidence ~ '^[0-9]+$';
ALTER TABLE addresses DROP COLUMN geocode_confidence;
ALTER TABLE addresses RENAME COLUMN confidence_new TO geocode_confidence;
CREATE TYPE priority AS ENUM ('LOW', 'HIGH');
ALTER TABLE orders ADD COLUMN priority priority;
CREATE INDEX users_name_idx ON users (name);
-- after:
INSERT INTO addresses (id, user_id, line1, province, geocode_confidence) VALUES ('new1', 'u4', 'x', 'AB', 61);
UPDATE users SET is_verified = true WHERE id = 'u4';
UPDATE orders SET address_id = 'new1', priority = 'HIGH' WHERE id = 'o3';
DELETE FROM users WHERE id = 'u100';
INSERT INTO reviews (product_id, user_id, stars) VALUES (5, 'u4', 5);
