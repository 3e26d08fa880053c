-- Somebody was faster, by hand.
ALTER TABLE "locations" ADD COLUMN "province" VARCHAR(2);
UPDATE "locations" SET "province" = 'AB' WHERE "postal_code" LIKE 'T%';
