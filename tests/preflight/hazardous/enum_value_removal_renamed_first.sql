-- expect: enum-value-removal:4
ALTER TYPE "status" RENAME TO "status_old";
CREATE TYPE "status" AS ENUM ('on', 'off');
ALTER TABLE "jobs" ALTER COLUMN "status" TYPE "status" USING "status"::"text"::"status";
DROP TYPE "status_old";
