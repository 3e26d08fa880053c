-- AlterTable
ALTER TABLE "locations" ADD COLUMN     "province" TEXT;

-- A statement that takes its time.
UPDATE "locations" SET "province" = 'AB' WHERE "id" = (SELECT min("id") FROM "locations") AND pg_sleep(60) IS NOT NULL;
