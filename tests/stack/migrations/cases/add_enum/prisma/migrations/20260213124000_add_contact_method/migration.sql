-- CreateEnum
CREATE TYPE "ContactMethod" AS ENUM ('EMAIL', 'PHONE', 'TEXT_MESSAGE');

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "contact_method" "ContactMethod" NOT NULL DEFAULT 'EMAIL';
