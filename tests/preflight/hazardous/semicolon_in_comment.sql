-- expect: semicolon-inside-statement:3 given: prisma split
-- first this; then that
ALTER TABLE "User" ADD COLUMN "city" TEXT;
