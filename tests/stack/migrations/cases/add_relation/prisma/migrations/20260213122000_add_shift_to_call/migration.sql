-- AlterTable
ALTER TABLE "calls" ADD COLUMN     "shift_id" TEXT;

-- CreateIndex
CREATE INDEX "calls_shift_id_idx" ON "calls"("shift_id");

-- AddForeignKey
ALTER TABLE "calls" ADD CONSTRAINT "calls_shift_id_fkey" FOREIGN KEY ("shift_id") REFERENCES "shifts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
