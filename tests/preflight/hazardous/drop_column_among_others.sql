-- expect: drop-column:4 drop-column:5
-- AlterTable
ALTER TABLE public."User" ALTER COLUMN "bio" SET DEFAULT 'a, b (c',
DROP COLUMN IF EXISTS "old",
DROP COLUMN "older" CASCADE;
