-- expect: add-foreign-key:3 given: drizzle
DO $$ BEGIN
 ALTER TABLE "variants" ADD CONSTRAINT "variants_media_id_fk" FOREIGN KEY ("media_id") REFERENCES "public"."media"("id") ON DELETE no action ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
SELECT 1;
