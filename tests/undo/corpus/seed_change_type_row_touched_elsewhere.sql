-- case: a value that the type change made NULL comes back although another column of its row was written since
-- expect: lossless
-- check: SELECT geocode_confidence = 'n/a' AND line1 = 'moved' FROM addresses WHERE id = 'a1'
-- check: SELECT geocode_confidence = '7.5' AND line1 = 'moved' FROM addresses WHERE id = 'a7'
-- check: SELECT geocode_confidence = '4' AND line1 = 'moved' FROM addresses WHERE id = 'a4'
-- up:
ALTER TABLE "addresses" ADD COLUMN "geocode_confidence_new" INTEGER;
UPDATE "addresses" SET "geocode_confidence_new" = CAST("geocode_confidence" AS INTEGER) WHERE "geocode_confidence" ~ '^[0-9]+$';
ALTER TABLE "addresses" DROP COLUMN "geocode_confidence";
ALTER TABLE "addresses" RENAME COLUMN "geocode_confidence_new" TO "geocode_confidence";
-- after:
UPDATE addresses SET line1 = 'moved' WHERE id IN ('a1', 'a4', 'a7');
