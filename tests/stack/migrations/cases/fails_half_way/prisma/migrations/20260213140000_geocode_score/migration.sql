-- AlterTable
ALTER TABLE "locations" ADD COLUMN "geocode_score" INTEGER;

-- Some are words.
UPDATE "locations" SET "geocode_score" = CAST("geocode_confidence" AS INTEGER);

-- AlterTable
ALTER TABLE "locations" DROP COLUMN "geocode_confidence";
