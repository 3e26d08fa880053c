// The scope is what keeps a push away from Prisma's tables in the same database: without the two filters everything in
// schema public is Drizzle's, and what schema.ts does not know is dropped.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./src/modules/media/db/schema.ts', './src/modules/media/db/prisma.ts'],
  schemaFilter: ['public'],
  tablesFilter: ['videos', 'compilations', 'jobs'],
  dbCredentials: { url: process.env.DATABASE_URL! },
})
