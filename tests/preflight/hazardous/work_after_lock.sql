-- expect: work-after-lock:3 given: prisma
ALTER TABLE "User" ADD COLUMN "city" TEXT;
UPDATE "Profile" SET "bio" = trim("bio") WHERE "bio" <> trim("bio");
