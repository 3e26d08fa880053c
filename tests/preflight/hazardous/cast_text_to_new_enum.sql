-- expect: risky-cast:3
CREATE TYPE "Status" AS ENUM ('DRAFT', 'DONE');
ALTER TABLE "Post" ALTER COLUMN "status" TYPE "Status" USING "status"::"Status";
