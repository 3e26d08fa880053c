-- case: a nullable field is added, and nobody wrote it
-- expect: lossless
-- says: public.addresses.province
-- check: SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('safety_lost') AND relname LIKE 'public.addresses%')
-- up:
ALTER TABLE "addresses" ADD COLUMN "province" TEXT;
-- after:
INSERT INTO addresses (id, user_id, line1) VALUES ('new1', 'u1', '1 New Street');
UPDATE addresses SET city = 'Red Deer' WHERE id = 'a50';
DELETE FROM users WHERE id = 'u60';
