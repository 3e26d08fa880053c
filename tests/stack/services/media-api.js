// The media API: videos and the jobs that work on them. Keys are serial numbers, as Drizzle Kit lays them out.
//
//   POST /videos  {"path", "title"?}               GET /videos, /videos/ID
//   POST /jobs    {"type", "video_id"?, "params"?}  GET /jobs, /jobs/ID

import { serve, text } from './server.js'

async function insertVideo(client, body) {
  const path = text(body, 'path')
  const { rows } = await client.query(
    'INSERT INTO videos (path, title, tags, metadata) VALUES ($1, $2, $3::jsonb, $4::jsonb) RETURNING id',
    [path, text(body, 'title', path), JSON.stringify(body.tags ?? []), JSON.stringify(body.metadata ?? {})],
  )
  return rows[0].id
}

async function insertJob(client, body) {
  const { rows } = await client.query('INSERT INTO jobs (type, video_id, params) VALUES ($1, $2, $3::jsonb) RETURNING id', [
    text(body, 'type'), body.video_id ?? null, JSON.stringify(body.params ?? {}),
  ])
  return rows[0].id
}

serve('media-api', {
  videos: { insert: insertVideo, table: 'videos', columns: 'id, path, title, tags, metadata, created_at' },
  jobs: { insert: insertJob, table: 'jobs', columns: 'id, type, status, video_id, params, created_at' },
})
