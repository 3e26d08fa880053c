-- expect: foreign-object-drop:2 given: drizzle prisma:User
ALTER TABLE "User" DROP COLUMN "avatar";
