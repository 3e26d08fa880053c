-- expect: foreign-object-drop:2 given: prisma drizzle:media
DELETE FROM media;
