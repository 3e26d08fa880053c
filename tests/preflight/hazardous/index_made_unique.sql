-- expect: index-made-unique:3 index-replaced:3
DROP INDEX "User_email_idx";
CREATE UNIQUE INDEX "User_email_idx" ON "User"("email");
