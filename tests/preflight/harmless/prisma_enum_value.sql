-- given: prisma
-- AlterEnum
ALTER TYPE "Role" ADD VALUE 'MODERATOR';
