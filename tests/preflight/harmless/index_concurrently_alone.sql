-- given: prisma
CREATE INDEX CONCURRENTLY "User_city_idx" ON "User"("city");
