-- expect: multi-statement-not-atomic:2 not-repeatable:3 given: prisma split
CREATE TYPE "Role" AS ENUM ('USER');
ALTER TABLE "User" ADD COLUMN "role" "Role";
