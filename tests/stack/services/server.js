// What both services share: an HTTP server over a pool of PostgreSQL connections.
//
// Answers tell what is certain. 201 comes after COMMIT was acknowledged, with the row's id; 503 says that the row was
// not written, or, with "outcome": "unknown", that the connection broke during COMMIT. A write is never repeated here:
// whoever asked decides that.
//
// The pool holds POOL_MIN connections open and opens them again whenever the server ends them, as often as it takes.

import http from 'node:http'
import pg from 'pg'

const poolMin = Number(process.env.POOL_MIN ?? 3)
const poolMax = Number(process.env.POOL_MAX ?? 8)
const port = Number(process.env.PORT ?? 3000)
const reconnectEveryMs = 200
const shutdownLimitMs = 8000
const bodyLimitBytes = 1 << 20

/** An answer that a handler gives by throwing it. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

function makePool(name) {
  const pool = new pg.Pool({
    connectionString: process.env.DATABASE_URL,
    application_name: name,
    max: poolMax,
    idleTimeoutMillis: 0, // connections are held, not let go of when there is nothing to do
    connectionTimeoutMillis: 3000,
    query_timeout: 10000,
    keepAlive: true,
  })
  // A connection that the server ends is an event, which ends the program when nobody listens: the pool's while it is
  // idle, the connection's own while somebody has it, whose query then fails, too.
  pool.on('error', (error) => log(name, `connection lost: ${error.message}`))
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

function log(name, text) {
  console.error(`${new Date().toISOString()} ${name}: ${text}`)
}

/** Opens connections until POOL_MIN are there. One round at a time: a server that hangs must not pile them up. */
function keepConnected(pool) {
  let busy = false
  const timer = setInterval(async () => {
    if (busy || pool.totalCount >= poolMin) return
    busy = true
    // All of them at once: an idle one would be handed out again and again instead of a new one being opened.
    const held = await Promise.allSettled(Array.from({ length: poolMin }, () => pool.connect()))
    for (const one of held) if (one.status === 'fulfilled') one.value.release()
    busy = false
  }, reconnectEveryMs)
  return () => clearInterval(timer)
}

/** Runs `work(client)` in a transaction. Errors have `outcome`: "not written" or "unknown". */
async function inTransaction(pool, work) {
  let client
  let isCommitting = false
  try {
    client = await pool.connect()
    await client.query('BEGIN')
    const result = await work(client)
    isCommitting = true
    const ended = await client.query('COMMIT')
    // A transaction that failed answers COMMIT with ROLLBACK.
    if (ended.command !== 'COMMIT') throw new Refusal(503, 'rolled back')
    client.release()
    return result
  } catch (error) {
    // A connection in an unclear state is not used again. What the server says about COMMIT itself is certain.
    client?.release(true)
    const saidByServer = error instanceof Refusal || (error instanceof pg.DatabaseError && !error.code?.startsWith('57P'))
    throw Object.assign(error, { outcome: isCommitting && !saidByServer ? 'unknown' : 'not written' })
  }
}

function statusOf(error) {
  if (error instanceof Refusal) return error.status
  const kind = String(error.code ?? '').slice(0, 2)
  if (kind === '22' || kind === '23') return 409 // the data do not fit: bad value, broken constraint
  if (kind === '42' || kind === '3F') return 500 // the schema is not the one that this program was written for
  return 503
}

async function readJson(request) {
  let text = ''
  for await (const piece of request) {
    text += piece
    if (text.length > bodyLimitBytes) throw new Refusal(413, 'the body is too large')
  }
  try {
    const body = text === '' ? {} : JSON.parse(text)
    if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Error()
    return body
  } catch {
    throw new Refusal(400, 'the body is not a JSON object')
  }
}

/**
 * Serves `resources`: { path: { insert: async (client, body) => id, table, columns } }.
 * POST /path writes a row, GET /path/ID reads it, GET /path counts them and lists the newest ids; GET /health asks the database.
 */
export function serve(name, resources) {
  const pool = makePool(name)
  const stopConnecting = keepConnected(pool)
  let isStopping = false

  async function health() {
    const { rows } = await pool.query({ text: 'SELECT current_database() AS database', query_timeout: 2000 })
    if (isStopping) throw new Refusal(503, 'stopping')
    return [200, { status: 'ok', database: rows[0].database, connections: pool.totalCount }]
  }

  async function answer(request) {
    const [, path, id, ...rest] = new URL(request.url, 'http://localhost').pathname.split('/')
    if (rest.length > 0) throw new Refusal(404, 'no such path')
    if (path === 'health' && id === undefined && request.method === 'GET') return health()
    const resource = Object.hasOwn(resources, path) ? resources[path] : undefined
    if (!resource) throw new Refusal(404, 'no such path')
    if (request.method === 'POST' && id === undefined) {
      const body = await readJson(request)
      return [201, { id: await inTransaction(pool, (client) => resource.insert(client, body)) }]
    }
    if (request.method !== 'GET') throw new Refusal(405, 'GET and POST only')
    if (id === undefined) {
      const { rows } = await pool.query(`SELECT count(*)::int AS count,
        ARRAY(SELECT id FROM ${resource.table} ORDER BY created_at DESC, id DESC LIMIT 20) AS newest FROM ${resource.table}`)
      return [200, rows[0]]
    }
    const { rows } = await pool.query(`SELECT ${resource.columns} FROM ${resource.table} WHERE id::text = $1`, [decodeURIComponent(id)])
    if (rows.length === 0) throw new Refusal(404, 'no such row')
    return [200, rows[0]]
  }

  const server = http.createServer(async (request, response) => {
    let status, body
    try {
      ;[status, body] = await answer(request)
    } catch (error) {
      status = statusOf(error)
      body = { error: error.message, code: error.code, outcome: error.outcome }
      if (status >= 500 && !isStopping) log(name, `${request.method} ${request.url}: ${error.message}`)
    }
    const headers = { 'content-type': 'application/json' }
    if (isStopping) headers.connection = 'close'
    response.writeHead(status, headers).end(JSON.stringify(body) + '\n')
  })

  // Requests that have begun are answered; then the pool ends, and the program with it.
  async function stop(signal) {
    if (isStopping) return
    isStopping = true
    log(name, `${signal}: stopping`)
    setTimeout(() => {
      log(name, 'requests or connections would not end in time')
      process.exit(1)
    }, shutdownLimitMs).unref()
    stopConnecting()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await closed
    await pool.end()
    log(name, 'stopped')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop)

  server.listen(port, () => log(name, `listening on port ${port}`))
}

/** The value of `body[key]`, which has to be a string that is not empty. */
export function text(body, key, fallback) {
  const value = body[key] ?? fallback
  if (typeof value !== 'string' || value === '') throw new Refusal(400, `"${key}" has to be a text`)
  return value
}
