-- given: prisma
-- AlterTable
ALTER TABLE "User" ALTER COLUMN "name" DROP NOT NULL;
