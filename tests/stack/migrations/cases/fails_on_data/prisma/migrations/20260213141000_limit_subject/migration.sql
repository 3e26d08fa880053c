/*
  Warnings:

  - You are about to alter the column `subject` on the `campaign_emails` table. The data in that column could be lost. The data in that column will be cast from `Text` to `VarChar(20)`.

*/
-- AlterTable
ALTER TABLE "campaign_emails" ALTER COLUMN "subject" SET DATA TYPE VARCHAR(20);
