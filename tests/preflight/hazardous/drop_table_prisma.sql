-- expect: drop-table:3 given: prisma
-- DropTable
DROP TABLE "Session";
