-- AlterTable
ALTER TABLE "User" ADD COLUMN "a" TEXT;
