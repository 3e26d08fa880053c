-- expect: drop-column:3 rename-as-drop-and-add:4 given: prisma
-- AlterTable
ALTER TABLE "User" DROP COLUMN "name",
ADD COLUMN     "fullName" TEXT;
