-- expect: new-enum-value-used:3 given: prisma
ALTER TYPE "Role" ADD VALUE 'OWNER';
ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'OWNER';
