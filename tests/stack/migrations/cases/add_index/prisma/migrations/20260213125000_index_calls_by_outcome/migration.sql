-- CreateIndex
CREATE INDEX "calls_outcome_created_at_idx" ON "calls"("outcome", "created_at");
