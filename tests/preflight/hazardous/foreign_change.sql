-- expect: foreign-object-change:2 given: prisma drizzle:media
ALTER TABLE "media" ADD COLUMN "ownerId" INTEGER;
