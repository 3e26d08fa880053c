-- expect: drop-and-recreate-column:2
ALTER TABLE "Order" DROP COLUMN "total";
ALTER TABLE "Order" ADD COLUMN "total" DECIMAL(12,2);
