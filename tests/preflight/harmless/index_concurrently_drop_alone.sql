-- given: prisma
DROP INDEX CONCURRENTLY IF EXISTS "User_city_idx";
