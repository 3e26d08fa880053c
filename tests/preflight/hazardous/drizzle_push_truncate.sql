-- expect: truncate-cascade:2 cascade-across-owners:2 given: drizzle drizzle:media prisma:User
truncate table "media" cascade;
ALTER TABLE "media" ADD COLUMN "kind" text NOT NULL;
