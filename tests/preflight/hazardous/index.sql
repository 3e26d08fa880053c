-- expect: create-index-not-concurrent:3 given: prisma
-- CreateIndex
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
