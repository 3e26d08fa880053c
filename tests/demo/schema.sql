-- The demo stack: one database shared by a main API (30 tables as Prisma Migrate lays them out, and its history table) and
-- a media API (3 tables as Drizzle Kit pushes them, without any history). Load with
--   psql -v ON_ERROR_STOP=1 -f schema.sql -f data.sql

\set ON_ERROR_STOP on
BEGIN;

-- CreateEnum
CREATE TYPE "UserRole" AS ENUM ('SUPER_ADMIN', 'CAMPAIGN_ADMIN', 'MAP_ADMIN', 'VOLUNTEER', 'SUPPORTER');
CREATE TYPE "UserStatus" AS ENUM ('ACTIVE', 'INVITED', 'SUSPENDED', 'EXPIRED');
CREATE TYPE "CampaignStatus" AS ENUM ('DRAFT', 'ACTIVE', 'PAUSED', 'ARCHIVED');
CREATE TYPE "GovernmentLevel" AS ENUM ('FEDERAL', 'PROVINCIAL', 'MUNICIPAL', 'SCHOOL_BOARD');
CREATE TYPE "EmailMethod" AS ENUM ('SMTP', 'MAILTO');
CREATE TYPE "EmailStatus" AS ENUM ('QUEUED', 'SENT', 'OPENED', 'BOUNCED', 'FAILED');
CREATE TYPE "ResponseType" AS ENUM ('EMAIL', 'LETTER', 'PHONE_CALL', 'MEETING', 'SOCIAL_MEDIA');
CREATE TYPE "ResponseStatus" AS ENUM ('PENDING', 'APPROVED', 'REJECTED');
CREATE TYPE "CallOutcome" AS ENUM ('ANSWERED', 'VOICEMAIL', 'NO_ANSWER', 'WRONG_NUMBER');
CREATE TYPE "SupportLevel" AS ENUM ('STRONG', 'LEANING', 'UNDECIDED', 'OPPOSED');
CREATE TYPE "GeocodeProvider" AS ENUM ('NOMINATIM', 'MAPBOX', 'ARCGIS', 'MANUAL');
CREATE TYPE "HistoryAction" AS ENUM ('CREATED', 'MOVED', 'EDITED', 'MERGED');
CREATE TYPE "ShiftStatus" AS ENUM ('OPEN', 'FULL', 'DONE', 'CANCELLED');
CREATE TYPE "SignupStatus" AS ENUM ('CONFIRMED', 'WAITLISTED', 'CANCELLED');
CREATE TYPE "CutCategory" AS ENUM ('POLL', 'WARD', 'NEIGHBOURHOOD', 'CUSTOM');
CREATE TYPE "SessionStatus" AS ENUM ('RUNNING', 'COMPLETED', 'ABANDONED');
CREATE TYPE "VisitOutcome" AS ENUM ('SPOKE_WITH', 'NOT_HOME', 'REFUSED', 'MOVED_AWAY', 'LEFT_LITERATURE');
CREATE TYPE "TemplateCategory" AS ENUM ('ACCOUNT', 'CAMPAIGN', 'SHIFT', 'SYSTEM');

-- CreateTable
CREATE TABLE "_prisma_migrations" (
    "id" VARCHAR(36) NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "_prisma_migrations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "name" TEXT,
    "phone" TEXT,
    "role" "UserRole" NOT NULL DEFAULT 'SUPPORTER',
    "status" "UserStatus" NOT NULL DEFAULT 'ACTIVE',
    "permissions" JSONB NOT NULL DEFAULT '{}',
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "last_login_at" TIMESTAMP(3),
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "refresh_tokens" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMP(3) NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "campaigns" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "email_subject" TEXT NOT NULL,
    "email_body" TEXT NOT NULL,
    "status" "CampaignStatus" NOT NULL DEFAULT 'DRAFT',
    "target_levels" "GovernmentLevel"[],
    "allow_custom_recipients" BOOLEAN NOT NULL DEFAULT false,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "created_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "campaigns_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "representatives" (
    "id" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "district_name" TEXT,
    "level" "GovernmentLevel" NOT NULL,
    "party_name" TEXT,
    "offices" JSONB,
    "photo_url" TEXT,
    "cached_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "representatives_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "campaign_emails" (
    "id" TEXT NOT NULL,
    "campaign_id" TEXT NOT NULL,
    "representative_id" TEXT,
    "user_id" TEXT,
    "sender_name" TEXT NOT NULL,
    "sender_email" TEXT NOT NULL,
    "postal_code" TEXT,
    "subject" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "method" "EmailMethod" NOT NULL DEFAULT 'SMTP',
    "status" "EmailStatus" NOT NULL DEFAULT 'QUEUED',
    "sent_at" TIMESTAMP(3),
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "campaign_emails_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "representative_responses" (
    "id" TEXT NOT NULL,
    "campaign_id" TEXT NOT NULL,
    "representative_id" TEXT,
    "submitted_by_user_id" TEXT,
    "type" "ResponseType" NOT NULL,
    "status" "ResponseStatus" NOT NULL DEFAULT 'PENDING',
    "text" TEXT NOT NULL,
    "is_verified" BOOLEAN NOT NULL DEFAULT false,
    "upvote_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "representative_responses_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "response_upvotes" (
    "id" TEXT NOT NULL,
    "response_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "ip_address" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "response_upvotes_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "custom_recipients" (
    "id" TEXT NOT NULL,
    "campaign_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "title" TEXT,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "custom_recipients_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "postal_code_cache" (
    "id" TEXT NOT NULL,
    "postal_code" TEXT NOT NULL,
    "city" TEXT,
    "province" TEXT,
    "centroid_lat" DECIMAL(10,7),
    "centroid_lng" DECIMAL(10,7),
    "boundaries" JSONB,
    "cached_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "postal_code_cache_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_logs" (
    "id" TEXT NOT NULL,
    "campaign_id" TEXT,
    "recipient" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "status" "EmailStatus" NOT NULL,
    "smtp_response" TEXT,
    "headers" JSONB,
    "duration_ms" INTEGER,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "email_logs_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_verifications" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "verified_at" TIMESTAMP(3),
    "expires_at" TIMESTAMP(3) NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "email_verifications_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "calls" (
    "id" TEXT NOT NULL,
    "campaign_id" TEXT NOT NULL,
    "representative_id" TEXT,
    "caller_name" TEXT,
    "phone" TEXT NOT NULL,
    "outcome" "CallOutcome" NOT NULL,
    "duration_seconds" SMALLINT,
    "notes" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "calls_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "locations" (
    "id" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "postal_code" TEXT,
    "latitude" DECIMAL(10,7) NOT NULL,
    "longitude" DECIMAL(10,7) NOT NULL,
    "geocode_confidence" TEXT,
    "geocode_provider" "GeocodeProvider",
    "building_notes" TEXT,
    "tags" JSONB NOT NULL DEFAULT '[]',
    "created_by_user_id" TEXT,
    "updated_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "locations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "addresses" (
    "id" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "unit_number" TEXT NOT NULL,
    "first_name" TEXT,
    "last_name" TEXT,
    "email" TEXT,
    "phone" TEXT,
    "support_level" "SupportLevel",
    "wants_sign" BOOLEAN NOT NULL DEFAULT false,
    "notes" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "addresses_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "location_history" (
    "id" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "user_id" TEXT,
    "action" "HistoryAction" NOT NULL,
    "field" TEXT,
    "old_value" JSONB,
    "new_value" JSONB,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "location_history_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "cuts" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "category" "CutCategory" NOT NULL DEFAULT 'CUSTOM',
    "color" TEXT NOT NULL DEFAULT '#3388ff',
    "opacity" DOUBLE PRECISION NOT NULL DEFAULT 0.3,
    "geojson" JSONB NOT NULL,
    "is_public" BOOLEAN NOT NULL DEFAULT false,
    "created_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "cuts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "shifts" (
    "id" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "date" DATE NOT NULL,
    "start_time" TEXT NOT NULL,
    "end_time" TEXT NOT NULL,
    "location" TEXT,
    "max_volunteers" INTEGER NOT NULL,
    "status" "ShiftStatus" NOT NULL DEFAULT 'OPEN',
    "cut_id" TEXT,
    "created_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "shifts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "shift_signups" (
    "id" TEXT NOT NULL,
    "shift_id" TEXT NOT NULL,
    "user_id" TEXT,
    "user_email" TEXT NOT NULL,
    "user_name" TEXT,
    "status" "SignupStatus" NOT NULL DEFAULT 'CONFIRMED',
    "signed_up_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "shift_signups_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "map_settings" (
    "id" TEXT NOT NULL,
    "center_lat" DECIMAL(10,7) NOT NULL,
    "center_lng" DECIMAL(10,7) NOT NULL,
    "zoom" SMALLINT NOT NULL DEFAULT 11,
    "walk_sheet" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "map_settings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "canvass_sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "cut_id" TEXT,
    "shift_id" TEXT,
    "status" "SessionStatus" NOT NULL DEFAULT 'RUNNING',
    "started_at" TIMESTAMP(3) NOT NULL,
    "ended_at" TIMESTAMP(3),
    CONSTRAINT "canvass_sessions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "canvass_visits" (
    "id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "address_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "outcome" "VisitOutcome" NOT NULL,
    "support_level" "SupportLevel",
    "notes" TEXT,
    "visited_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "canvass_visits_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "tracking_sessions" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "canvass_session_id" TEXT,
    "status" "SessionStatus" NOT NULL DEFAULT 'RUNNING',
    "distance_meters" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "started_at" TIMESTAMP(3) NOT NULL,
    "ended_at" TIMESTAMP(3),
    CONSTRAINT "tracking_sessions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "track_points" (
    "id" BIGSERIAL NOT NULL,
    "tracking_session_id" TEXT NOT NULL,
    "latitude" DECIMAL(10,7) NOT NULL,
    "longitude" DECIMAL(10,7) NOT NULL,
    "accuracy" REAL,
    "recorded_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "track_points_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "site_settings" (
    "id" TEXT NOT NULL,
    "organization_name" TEXT NOT NULL,
    "logo" BYTEA,
    "theme" JSONB NOT NULL DEFAULT '{}',
    "features" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "site_settings_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "landing_pages" (
    "id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "blocks" JSONB NOT NULL DEFAULT '[]',
    "html" TEXT,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "created_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "landing_pages_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "page_blocks" (
    "id" TEXT NOT NULL,
    "page_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "page_blocks_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_templates" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "category" "TemplateCategory" NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "plain_text" TEXT NOT NULL,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMP(3) NOT NULL,
    CONSTRAINT "email_templates_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_template_versions" (
    "id" TEXT NOT NULL,
    "template_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "subject" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "change_notes" TEXT,
    "created_by_user_id" TEXT,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "email_template_versions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_template_variables" (
    "id" TEXT NOT NULL,
    "template_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "is_required" BOOLEAN NOT NULL DEFAULT false,
    "sample_value" TEXT,
    CONSTRAINT "email_template_variables_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "email_template_test_logs" (
    "id" TEXT NOT NULL,
    "template_id" TEXT NOT NULL,
    "sent_by_user_id" TEXT,
    "recipient" TEXT NOT NULL,
    "variables" JSONB NOT NULL DEFAULT '{}',
    "status" "EmailStatus" NOT NULL,
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "email_template_test_logs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE INDEX "users_role_status_idx" ON "users"("role", "status");
CREATE UNIQUE INDEX "refresh_tokens_token_key" ON "refresh_tokens"("token");
CREATE INDEX "refresh_tokens_user_id_idx" ON "refresh_tokens"("user_id");
CREATE UNIQUE INDEX "campaigns_slug_key" ON "campaigns"("slug");
CREATE INDEX "campaigns_status_idx" ON "campaigns"("status");
CREATE INDEX "representatives_postal_code_idx" ON "representatives"("postal_code");
CREATE INDEX "campaign_emails_campaign_id_created_at_idx" ON "campaign_emails"("campaign_id", "created_at");
CREATE INDEX "campaign_emails_sender_email_idx" ON "campaign_emails"("sender_email");
CREATE INDEX "representative_responses_campaign_id_status_idx" ON "representative_responses"("campaign_id", "status");
CREATE UNIQUE INDEX "response_upvotes_response_id_user_id_key" ON "response_upvotes"("response_id", "user_id");
CREATE UNIQUE INDEX "custom_recipients_campaign_id_email_key" ON "custom_recipients"("campaign_id", "email");
CREATE UNIQUE INDEX "postal_code_cache_postal_code_key" ON "postal_code_cache"("postal_code");
CREATE INDEX "email_logs_campaign_id_idx" ON "email_logs"("campaign_id");
CREATE INDEX "email_logs_created_at_idx" ON "email_logs"("created_at" DESC);
CREATE UNIQUE INDEX "email_verifications_token_key" ON "email_verifications"("token");
CREATE INDEX "calls_campaign_id_idx" ON "calls"("campaign_id");
CREATE INDEX "locations_latitude_longitude_idx" ON "locations"("latitude", "longitude");
CREATE INDEX "locations_postal_code_idx" ON "locations"("postal_code");
CREATE INDEX "locations_tags_idx" ON "locations" USING GIN ("tags");
CREATE UNIQUE INDEX "addresses_location_id_unit_number_key" ON "addresses"("location_id", "unit_number");
CREATE INDEX "addresses_support_level_idx" ON "addresses"("support_level");
CREATE INDEX "location_history_location_id_created_at_idx" ON "location_history"("location_id", "created_at");
CREATE UNIQUE INDEX "cuts_name_key" ON "cuts"("name");
CREATE INDEX "shifts_date_idx" ON "shifts"("date");
CREATE INDEX "shifts_cut_id_idx" ON "shifts"("cut_id");
CREATE UNIQUE INDEX "shift_signups_shift_id_user_email_key" ON "shift_signups"("shift_id", "user_email");
CREATE INDEX "canvass_sessions_user_id_idx" ON "canvass_sessions"("user_id");
CREATE INDEX "canvass_visits_session_id_idx" ON "canvass_visits"("session_id");
CREATE INDEX "canvass_visits_address_id_visited_at_idx" ON "canvass_visits"("address_id", "visited_at");
CREATE UNIQUE INDEX "tracking_sessions_canvass_session_id_key" ON "tracking_sessions"("canvass_session_id");
CREATE INDEX "track_points_tracking_session_id_recorded_at_idx" ON "track_points"("tracking_session_id", "recorded_at");
CREATE UNIQUE INDEX "landing_pages_slug_key" ON "landing_pages"("slug");
CREATE UNIQUE INDEX "page_blocks_page_id_position_key" ON "page_blocks"("page_id", "position");
CREATE UNIQUE INDEX "email_templates_key_key" ON "email_templates"("key");
CREATE UNIQUE INDEX "email_template_versions_template_id_version_key" ON "email_template_versions"("template_id", "version");
CREATE UNIQUE INDEX "email_template_variables_template_id_name_key" ON "email_template_variables"("template_id", "name");
CREATE INDEX "email_template_test_logs_template_id_idx" ON "email_template_test_logs"("template_id");

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "campaign_emails" ADD CONSTRAINT "campaign_emails_campaign_id_fkey" FOREIGN KEY ("campaign_id")
    REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "campaign_emails" ADD CONSTRAINT "campaign_emails_representative_id_fkey" FOREIGN KEY ("representative_id")
    REFERENCES "representatives"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "campaign_emails" ADD CONSTRAINT "campaign_emails_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "representative_responses" ADD CONSTRAINT "representative_responses_campaign_id_fkey" FOREIGN KEY ("campaign_id")
    REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "representative_responses" ADD CONSTRAINT "representative_responses_representative_id_fkey" FOREIGN KEY ("representative_id")
    REFERENCES "representatives"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "representative_responses" ADD CONSTRAINT "representative_responses_submitted_by_user_id_fkey" FOREIGN KEY ("submitted_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "response_upvotes" ADD CONSTRAINT "response_upvotes_response_id_fkey" FOREIGN KEY ("response_id")
    REFERENCES "representative_responses"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "response_upvotes" ADD CONSTRAINT "response_upvotes_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "custom_recipients" ADD CONSTRAINT "custom_recipients_campaign_id_fkey" FOREIGN KEY ("campaign_id")
    REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "email_logs" ADD CONSTRAINT "email_logs_campaign_id_fkey" FOREIGN KEY ("campaign_id")
    REFERENCES "campaigns"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "email_verifications" ADD CONSTRAINT "email_verifications_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "calls" ADD CONSTRAINT "calls_campaign_id_fkey" FOREIGN KEY ("campaign_id")
    REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "calls" ADD CONSTRAINT "calls_representative_id_fkey" FOREIGN KEY ("representative_id")
    REFERENCES "representatives"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "locations" ADD CONSTRAINT "locations_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "locations" ADD CONSTRAINT "locations_updated_by_user_id_fkey" FOREIGN KEY ("updated_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "addresses" ADD CONSTRAINT "addresses_location_id_fkey" FOREIGN KEY ("location_id")
    REFERENCES "locations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "location_history" ADD CONSTRAINT "location_history_location_id_fkey" FOREIGN KEY ("location_id")
    REFERENCES "locations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "location_history" ADD CONSTRAINT "location_history_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "cuts" ADD CONSTRAINT "cuts_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "shifts" ADD CONSTRAINT "shifts_cut_id_fkey" FOREIGN KEY ("cut_id")
    REFERENCES "cuts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "shifts" ADD CONSTRAINT "shifts_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "shift_signups" ADD CONSTRAINT "shift_signups_shift_id_fkey" FOREIGN KEY ("shift_id")
    REFERENCES "shifts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "shift_signups" ADD CONSTRAINT "shift_signups_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_cut_id_fkey" FOREIGN KEY ("cut_id")
    REFERENCES "cuts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_shift_id_fkey" FOREIGN KEY ("shift_id")
    REFERENCES "shifts"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_session_id_fkey" FOREIGN KEY ("session_id")
    REFERENCES "canvass_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_address_id_fkey" FOREIGN KEY ("address_id")
    REFERENCES "addresses"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "tracking_sessions" ADD CONSTRAINT "tracking_sessions_user_id_fkey" FOREIGN KEY ("user_id")
    REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "tracking_sessions" ADD CONSTRAINT "tracking_sessions_canvass_session_id_fkey" FOREIGN KEY ("canvass_session_id")
    REFERENCES "canvass_sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "track_points" ADD CONSTRAINT "track_points_tracking_session_id_fkey" FOREIGN KEY ("tracking_session_id")
    REFERENCES "tracking_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "landing_pages" ADD CONSTRAINT "landing_pages_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "page_blocks" ADD CONSTRAINT "page_blocks_page_id_fkey" FOREIGN KEY ("page_id")
    REFERENCES "landing_pages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "email_template_versions" ADD CONSTRAINT "email_template_versions_template_id_fkey" FOREIGN KEY ("template_id")
    REFERENCES "email_templates"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "email_template_versions" ADD CONSTRAINT "email_template_versions_created_by_user_id_fkey" FOREIGN KEY ("created_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "email_template_variables" ADD CONSTRAINT "email_template_variables_template_id_fkey" FOREIGN KEY ("template_id")
    REFERENCES "email_templates"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "email_template_test_logs" ADD CONSTRAINT "email_template_test_logs_template_id_fkey" FOREIGN KEY ("template_id")
    REFERENCES "email_templates"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "email_template_test_logs" ADD CONSTRAINT "email_template_test_logs_sent_by_user_id_fkey" FOREIGN KEY ("sent_by_user_id")
    REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- The media API's tables, named as Drizzle Kit names things.
CREATE TABLE "videos" (
	"id" serial PRIMARY KEY NOT NULL,
	"path" text NOT NULL,
	"title" text,
	"producer" text,
	"duration_seconds" integer,
	"width" integer,
	"height" integer,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"metadata" jsonb,
	"is_valid" boolean DEFAULT true NOT NULL,
	"created_at" timestamp DEFAULT now() NOT NULL,
	CONSTRAINT "videos_path_unique" UNIQUE("path")
);
CREATE TABLE "compilations" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"cover_video_id" integer,
	"video_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp DEFAULT now() NOT NULL
);
CREATE TABLE "jobs" (
	"id" serial PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"video_id" integer,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"log" text,
	"progress" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp DEFAULT now() NOT NULL,
	"finished_at" timestamp
);
ALTER TABLE "compilations" ADD CONSTRAINT "compilations_cover_video_id_videos_id_fk" FOREIGN KEY ("cover_video_id")
    REFERENCES "public"."videos"("id") ON DELETE set null ON UPDATE no action;
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_video_id_videos_id_fk" FOREIGN KEY ("video_id")
    REFERENCES "public"."videos"("id") ON DELETE cascade ON UPDATE no action;
CREATE INDEX "videos_producer_idx" ON "videos" USING btree ("producer");
CREATE INDEX "jobs_status_idx" ON "jobs" USING btree ("status");

COMMIT;
