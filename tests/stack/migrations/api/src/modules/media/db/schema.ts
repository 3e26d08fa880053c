// The media API's schema: `drizzle-kit push` brings these tables into the database, which keeps no history of it.
import { boolean, index, integer, jsonb, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'

export const videos = pgTable(
  'videos',
  {
    id: serial('id').primaryKey(),
    path: text('path').notNull().unique(),
    title: text('title'),
    producer: text('producer'),
    durationSeconds: integer('duration_seconds'),
    width: integer('width'),
    height: integer('height'),
    tags: jsonb('tags').notNull().default([]),
    metadata: jsonb('metadata'),
    isValid: boolean('is_valid').notNull().default(true),
    createdAt: timestamp('created_at').notNull().defaultNow(),
  },
  (table) => [index('videos_producer_idx').on(table.producer)],
)

export const compilations = pgTable('compilations', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
  coverVideoId: integer('cover_video_id').references(() => videos.id, { onDelete: 'set null' }),
  videoIds: jsonb('video_ids').notNull().default([]),
  createdAt: timestamp('created_at').notNull().defaultNow(),
})

export const jobs = pgTable(
  'jobs',
  {
    id: serial('id').primaryKey(),
    type: text('type').notNull(),
    status: text('status').notNull().default('pending'),
    videoId: integer('video_id').references(() => videos.id, { onDelete: 'cascade' }),
    params: jsonb('params').notNull().default({}),
    log: text('log'),
    progress: integer('progress').notNull().default(0),
    createdAt: timestamp('created_at').notNull().defaultNow(),
    finishedAt: timestamp('finished_at'),
  },
  (table) => [index('jobs_status_idx').on(table.status)],
)
