-- expect: foreign-object-drop:3 given: prisma drizzle:media_variants
CREATE TABLE own (id int PRIMARY KEY);
DROP TABLE "media_variants";
