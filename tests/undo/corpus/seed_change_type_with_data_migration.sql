-- case: a text field becomes an integer by a new column, a copy, a drop and a rename
-- expect: lossless
-- says: public.addresses.geocode_confidence
-- check: SELECT geocode_confidence = 'n/a' FROM addresses WHERE id = 'a1'
-- check: SELECT geocode_confidence = '7.5' FROM addresses WHERE id = 'a7'
-- check: SELECT geocode_confidence = '55' FROM addresses WHERE id = 'a3'
-- check: SELECT geocode_confidence = '99' FROM addresses WHERE id = 'new1'
-- check: SELECT geocode_confidence IS NULL FROM addresses WHERE id = 'new2'
-- up:
-- Step 1: Add new column
ALTER TABLE "addresses" ADD COLUMN "geocode_confidence_new" INTEGER;
-- Step 2: Migrate data (custom logic)
UPDATE "addresses" SET "geocode_confidence_new" = CAST("geocode_confidence" AS INTEGER)
WHERE "geocode_confidence" ~ '^[0-9]+$';
-- Step 3: Drop old column
ALTER TABLE "addresses" DROP COLUMN "geocode_confidence";
-- Step 4: Rename new column
ALTER TABLE "addresses" RENAME COLUMN "geocode_confidence_new" TO "geocode_confidence";
-- after:
UPDATE addresses SET geocode_confidence = 55 WHERE id = 'a3';
UPDATE addresses SET line1 = 'moved' WHERE id = 'a4';
INSERT INTO addresses (id, user_id, line1, geocode_confidence) VALUES ('new1', 'u1', 'x', 99), ('new2', 'u1', 'y', NULL);
DELETE FROM addresses WHERE id = 'a8';
