-- given: drizzle
ALTER TYPE "public"."kind" ADD VALUE 'audio' BEFORE 'video';
