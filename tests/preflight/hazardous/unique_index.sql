-- expect: add-unique:3 create-index-not-concurrent:3 given: prisma
-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
