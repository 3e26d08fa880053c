-- expect: drop-and-recreate-column:3 given: prisma
-- AlterTable
ALTER TABLE "User" DROP COLUMN "role",
ADD COLUMN "role" TEXT NOT NULL DEFAULT 'USER';
