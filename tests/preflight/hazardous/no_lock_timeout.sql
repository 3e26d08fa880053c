-- expect: no-lock-timeout:2
ALTER TABLE "User" ADD COLUMN "city" TEXT;
