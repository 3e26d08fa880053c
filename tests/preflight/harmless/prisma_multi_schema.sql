-- given: prisma
-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "billing";
-- CreateTable
CREATE TABLE "billing"."Invoice" ("id" TEXT NOT NULL, CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id"));
-- CreateIndex
CREATE INDEX "Invoice_id_idx" ON "billing"."Invoice"("id");
