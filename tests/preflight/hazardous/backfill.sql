-- expect: backfill-in-migration:3
ALTER TABLE "User" ADD COLUMN "slug" TEXT;
UPDATE "User" SET "slug" = lower("name");
ALTER TABLE "User" ALTER COLUMN "slug" SET NOT NULL;
