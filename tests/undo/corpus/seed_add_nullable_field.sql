-- case: a nullable field is added, and filled in since
-- expect: lossy
-- says: public.addresses.province
-- check: SELECT count(*) = 41 FROM safety_lost."public.addresses.province 20260101_000000" WHERE province IS NOT NULL
-- check: SELECT province = 'AB' FROM safety_lost."public.addresses.province 20260101_000000" WHERE id = 'a7'
-- check: SELECT line1 = '1 New Street' FROM addresses WHERE id = 'new1'
-- up:
ALTER TABLE "addresses" ADD COLUMN "province" TEXT;
-- after:
UPDATE addresses SET province = 'AB' WHERE id IN (SELECT 'a' || g FROM generate_series(1, 40) g);
INSERT INTO addresses (id, user_id, line1, province) VALUES ('new1', 'u1', '1 New Street', 'BC'), ('new2', 'u2', '2 New Street', NULL);
UPDATE addresses SET city = 'Red Deer' WHERE id = 'a50';
DELETE FROM addresses WHERE id = 'a60';
