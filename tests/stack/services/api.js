// The main API: campaigns and the letters that people send through them. Keys are texts made here, as Prisma's cuid() are.
//
//   POST /campaigns  {"title", "slug"?}                       GET /campaigns, /campaigns/ID
//   POST /emails     {"message", "campaign_id"?, "sender"?}   GET /emails, /emails/ID   (campaign: the oldest one)

import { randomBytes } from 'node:crypto'
import { Refusal, serve, text } from './server.js'

const newKey = () => 'c' + randomBytes(12).toString('hex')

async function insertCampaign(client, body) {
  const title = text(body, 'title')
  const { rows } = await client.query(
    `INSERT INTO campaigns (id, slug, title, email_subject, email_body, status, updated_at)
     VALUES ($1, $2, $3, $3, '', 'DRAFT', now()) RETURNING id`,
    [newKey(), text(body, 'slug', `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${randomBytes(4).toString('hex')}`), title],
  )
  return rows[0].id
}

// Two tables in one transaction: a letter without its log entry, or the other way round, means that something was torn.
async function insertEmail(client, body) {
  const message = text(body, 'message')
  const sender = text(body, 'sender', 'someone@example.org')
  const { rows } = await client.query(
    `INSERT INTO campaign_emails (id, campaign_id, sender_name, sender_email, subject, message, status, sent_at)
     SELECT $1, id, $2, $2, title, $3, 'SENT', now() FROM campaigns
     WHERE $4::text IS NULL OR id = $4 ORDER BY created_at, id LIMIT 1 RETURNING id, campaign_id, subject`,
    [newKey(), sender, message, body.campaign_id ?? null],
  )
  if (rows.length === 0) throw new Refusal(404, 'no such campaign')
  await client.query(
    `INSERT INTO email_logs (id, campaign_id, recipient, subject, status, headers) VALUES ($1, $2, $3, $4, 'SENT', $5)`,
    [newKey(), rows[0].campaign_id, 'office@example.org', rows[0].subject, { email: rows[0].id }],
  )
  return rows[0].id
}

serve('api', {
  campaigns: { insert: insertCampaign, table: 'campaigns', columns: 'id, slug, title, status, created_at' },
  emails: { insert: insertEmail, table: 'campaign_emails', columns: 'id, campaign_id, sender_email AS sender, message, created_at' },
})
