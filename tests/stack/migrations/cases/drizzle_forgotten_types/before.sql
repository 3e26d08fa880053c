-- Made by a migration of Prisma; the columns that use it come with the next one.
CREATE TYPE "AlertLevel" AS ENUM ('INFO', 'WARNING');
