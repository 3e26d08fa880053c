-- case: one field is converted by copy, drop and rename; another one of the row was emptied since, and stays empty
-- expect: lossless
-- check: SELECT geojson IS NULL AND geocode_confidence = '9' FROM addresses WHERE id = 'a9'
-- check: SELECT postal_code IS NULL FROM addresses WHERE id = 'a4'
-- up:
ALTER TABLE "addresses" ADD COLUMN "geocode_confidence_new" INTEGER;
UPDATE "addresses" SET "geocode_confidence_new" = CAST("geocode_confidence" AS INTEGER) WHERE "geocode_confidence" ~ '^[0-9]+$';
ALTER TABLE "addresses" DROP COLUMN "geocode_confidence";
ALTER TABLE "addresses" RENAME COLUMN "geocode_confidence_new" TO "geocode_confidence";
-- after:
UPDATE addresses SET geojson = NULL WHERE id = 'a9';
UPDATE addresses SET postal_code = NULL WHERE id = 'a4';
