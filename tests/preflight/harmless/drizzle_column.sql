-- given: drizzle drizzle:media prisma:User
ALTER TABLE "media" ADD COLUMN "alt" text;--> statement-breakpoint
ALTER TABLE "media" ADD COLUMN "size" bigint DEFAULT 0 NOT NULL;
