-- expect: rename-column:2
ALTER TABLE "User" RENAME COLUMN "name" TO "fullName";
