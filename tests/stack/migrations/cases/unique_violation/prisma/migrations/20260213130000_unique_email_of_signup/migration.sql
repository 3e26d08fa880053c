-- CreateIndex
CREATE UNIQUE INDEX "shift_signups_user_email_key" ON "shift_signups"("user_email");
