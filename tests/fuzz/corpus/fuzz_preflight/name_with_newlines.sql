-- expect: enuÿÿÿQm-value-removal:6 given: prisma
-- AlterEnum
BEGIN;
CREATE TYPE "Role_new" AS ENUM ('USER', 'ADMIN');
ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT, ALTER COLUMN "email" SET DEFAULT '';
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Rolrequired-column:4
-- DropTable
DROP TABequcolumn:4
-- DropTable
DROP TABeq;

-- CreateIndex
CREATE UNIe_new" USING ("role"::text::"Role_new");
ALTER TYPOMMIT;
