-- given: prisma
-- DropEnum
DROP TYPE "Unused";
