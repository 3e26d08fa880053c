-- expect: mixed-non-transactional:3 given: prisma split
ALTER TABLE "User" ADD COLUMN "city" TEXT;
CREATE INDEX CONCURRENTLY "User_city_idx" ON "User"("city");
