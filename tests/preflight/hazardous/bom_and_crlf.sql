-- expect: drop-table:3 add-required-column:4
-- DropTable
DROP TABLE "A";
ALTER TABLE "B" ADD COLUMN "c" INTEGER NOT NULL;
