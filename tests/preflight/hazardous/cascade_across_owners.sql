-- expect: cascade-across-owners:2 given: prisma prisma:User drizzle:media
DROP TABLE "User" CASCADE;
