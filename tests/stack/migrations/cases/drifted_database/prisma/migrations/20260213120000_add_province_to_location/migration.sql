-- AlterTable
ALTER TABLE "locations" ADD COLUMN     "province" TEXT;
