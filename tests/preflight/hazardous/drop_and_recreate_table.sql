-- expect: drop-and-recreate-table:2
DROP TABLE IF EXISTS "Profile";
CREATE TABLE "Profile" ("id" SERIAL NOT NULL, "bio" TEXT, CONSTRAINT "Profile_pkey" PRIMARY KEY ("id"));
