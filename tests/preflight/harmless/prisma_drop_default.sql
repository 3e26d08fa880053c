-- given: prisma
-- AlterTable
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;
