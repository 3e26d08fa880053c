-- AlterTable
ALTER TABLE "campaigns" ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0;
