-- given: prisma drizzle:media
CREATE TABLE "media" ("id" int PRIMARY KEY);
CREATE INDEX "media_id" ON "media" ("id");
