-- CreateEnum
CREATE TYPE "SessionStatus" AS ENUM ('RUNNING', 'COMPLETED', 'ABANDONED');

-- CreateEnum
CREATE TYPE "VisitOutcome" AS ENUM ('SPOKE_WITH', 'NOT_HOME', 'REFUSED', 'MOVED_AWAY', 'LEFT_LITERATURE');

-- CreateTable
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

-- CreateTable
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

-- CreateTable
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

-- CreateTable
CREATE TABLE "track_points" (
    "id" BIGSERIAL NOT NULL,
    "tracking_session_id" TEXT NOT NULL,
    "latitude" DECIMAL(10,7) NOT NULL,
    "longitude" DECIMAL(10,7) NOT NULL,
    "accuracy" REAL,
    "recorded_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "track_points_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "canvass_sessions_user_id_idx" ON "canvass_sessions"("user_id");

-- CreateIndex
CREATE INDEX "canvass_visits_session_id_idx" ON "canvass_visits"("session_id");

-- CreateIndex
CREATE INDEX "canvass_visits_address_id_visited_at_idx" ON "canvass_visits"("address_id", "visited_at");

-- CreateIndex
CREATE UNIQUE INDEX "tracking_sessions_canvass_session_id_key" ON "tracking_sessions"("canvass_session_id");

-- CreateIndex
CREATE INDEX "track_points_tracking_session_id_recorded_at_idx" ON "track_points"("tracking_session_id", "recorded_at");

-- AddForeignKey
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_cut_id_fkey" FOREIGN KEY ("cut_id") REFERENCES "cuts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canvass_sessions" ADD CONSTRAINT "canvass_sessions_shift_id_fkey" FOREIGN KEY ("shift_id") REFERENCES "shifts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "canvass_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_address_id_fkey" FOREIGN KEY ("address_id") REFERENCES "addresses"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "canvass_visits" ADD CONSTRAINT "canvass_visits_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tracking_sessions" ADD CONSTRAINT "tracking_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tracking_sessions" ADD CONSTRAINT "tracking_sessions_canvass_session_id_fkey" FOREIGN KEY ("canvass_session_id") REFERENCES "canvass_sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "track_points" ADD CONSTRAINT "track_points_tracking_session_id_fkey" FOREIGN KEY ("tracking_session_id") REFERENCES "tracking_sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
