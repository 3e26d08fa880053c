-- given: prisma
ALTER TABLE "User" ALTER COLUMN "name" SET DATA TYPE TEXT;
