-- expect: index-after-lock:3 given: prisma
ALTER TABLE "User" ADD COLUMN "city" TEXT;
CREATE INDEX "User_city_idx" ON "User"("city");
