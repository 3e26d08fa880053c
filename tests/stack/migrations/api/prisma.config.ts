// Prisma Migrate by its WebAssembly engine, which is inside the npm package: nothing else is downloaded. What it does to
// a database is what the native engine does, but for a migration that fails half-way: it sends the statements one by one,
// so the first ones stay.
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { parse } from 'pg-connection-string'
import { defineConfig } from 'prisma/config'

// "char"(18), name(19) and name[](1003) are unknown to the adapter: report them as text.
const asText: Record<number, number> = { 18: 25, 19: 25, 1003: 1009 }
for (const Client of [pg.Pool, pg.Client] as any[]) {
  const query = Client.prototype.query
  Client.prototype.query = function (...args: any[]) {
    const result = query.apply(this, args)
    if (typeof result?.then !== 'function') return result
    return result.then((answer: any) => {
      for (const field of answer?.fields ?? []) field.dataTypeID = asText[field.dataTypeID] ?? field.dataTypeID
      return answer
    })
  }
}

// The engine's time limits (10 s for its lock, for one) are timers that outlive what they guard: nobody waits for them.
const startTimer = globalThis.setTimeout
globalThis.setTimeout = ((act: any, milliseconds: number, ...rest: any[]) => {
  const timer = startTimer(act, milliseconds, ...rest)
  return milliseconds >= 10_000 ? timer.unref() : timer
}) as typeof setTimeout

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  schema: 'prisma/schema.prisma',
  // Parts, and not the URL: within one the name of the shadow database of `migrate dev` would be passed over, and the
  // database itself be used as one. One session, as the native engine has it, which does not keep the process alive.
  adapter: async () =>
    new PrismaPg({ ...(parse(process.env.DATABASE_URL ?? '') as object), max: 1, idleTimeoutMillis: 1000, allowExitOnIdle: true }),
})
