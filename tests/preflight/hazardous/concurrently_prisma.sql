-- expect: concurrently-in-transaction:3 given: prisma
ALTER TABLE "User" ADD COLUMN "city" TEXT;
CREATE INDEX CONCURRENTLY "User_city_idx" ON "User"("city");
