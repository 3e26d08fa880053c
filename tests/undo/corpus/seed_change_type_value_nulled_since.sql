-- case: a converted field was emptied since where the migration had left a value: it stays empty
-- expect: lossless
-- check: SELECT geocode_confidence IS NULL FROM addresses WHERE id = 'a3'
-- check: SELECT geocode_confidence = 'n/a' FROM addresses WHERE id = 'a1'
-- up:
ALTER TABLE "addresses" ADD COLUMN "geocode_confidence_new" INTEGER;
UPDATE "addresses" SET "geocode_confidence_new" = CAST("geocode_confidence" AS INTEGER) WHERE "geocode_confidence" ~ '^[0-9]+$';
ALTER TABLE "addresses" DROP COLUMN "geocode_confidence";
ALTER TABLE "addresses" RENAME COLUMN "geocode_confidence_new" TO "geocode_confidence";
-- after:
UPDATE addresses SET geocode_confidence = NULL WHERE id = 'a3';
