-- expect: add-serial-or-identity:2
ALTER TABLE "User" ADD COLUMN "number" SERIAL NOT NULL;
