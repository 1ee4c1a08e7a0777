import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '#lib/testing/database.ts'
import { Prisma } from '#prisma/generated/client.ts'
import { connect, type Database } from './client.ts'

let made: TestDatabase
let db: Database
beforeAll(async () => {
  made = await testDatabase()
  db = connect(made.workerUrl, { poolSize: 3, timeoutMs: 20_000 })
})
afterAll(async () => {
  await db.close()
  await made.drop()
})

const scope = (actor: string) => ({ actor, tenants: ['ten_a', 'ten_b'], reason: `of ${actor}` })
type Seen = { actor: string; tenants: string; reason: string; pid: number }

it('begins a transaction with its context before its first statement', async () => {
  const seen = await db.inContext(scope('usr_one'), async (tx) => [
    ...(await tx.$queryRaw<
      Seen[]
    >`select app.actor() as actor, current_setting('app.tenants') as tenants,
      current_setting('app.reason') as reason, ${1}::int as pid`),
  ])
  expect(seen).toEqual([{ actor: 'usr_one', tenants: 'ten_a,ten_b', reason: 'of usr_one', pid: 1 }])
})

it('leaves nothing of one transaction to the next on the same connection', async () => {
  await db.inContext(scope('usr_one'), (tx) => tx.$queryRaw`select 1`)
  const many = Array.from({ length: 60 }, (_, n) => n)
  const seen = await Promise.all(
    many.map((n) =>
      db.inContext({ actor: `usr_${n}`, tenants: [] }, async (tx) => {
        if (n % 3 === 0) return `usr_${n}`
        const [row] = await tx.$queryRaw<
          { actor: string; reason: string }[]
        >`select app.actor() as actor, current_setting('app.reason') as reason`
        return `${row?.actor}${row?.reason}`
      }),
    ),
  )
  expect(seen).toEqual(many.map((n) => `usr_${n}`))
})

it('says what the beginning was refused for, and leaves the connection fit for use', async () => {
  const alone = connect(made.workerUrl, { poolSize: 1, timeoutMs: 20_000 })
  const refused = alone.inContext(
    { actor: 'usr_one', tenants: [], as: 'stairway_owner' as 'stairway_admin' },
    (tx) => tx.$queryRaw`select 1`,
  )
  await expect(refused).rejects.toThrow(/permission denied to set role/)
  const [row] = await alone.inContext(
    scope('usr_two'),
    (tx) => tx.$queryRaw<Seen[]>`select app.actor() as actor`,
  )
  expect(row?.actor).toBe('usr_two')
  await alone.close()
})

it('rolls back what the first statement wrote when the body throws', async () => {
  const key = `k${Date.now()}`
  const thrown = db.inContext(scope('sys:worker'), async (tx) => {
    await tx.$executeRaw`create temporary table ${Prisma.raw(key)} (a int)`
    throw new Error('no')
  })
  await expect(thrown).rejects.toThrow('no')
  const [row] = await db.inContext(
    scope('sys:worker'),
    (tx) =>
      tx.$queryRaw<{ n: number }[]>`select count(*)::int as n from pg_class where relname = ${key}`,
  )
  expect(row?.n).toBe(0)
})

it('sends beginning, context and first statement as one write', async () => {
  const { Socket } = await import('node:net')
  const own = connect(made.workerUrl, { poolSize: 1, timeoutMs: 20_000 })
  await own.inContext(scope('usr_one'), (tx) => tx.$queryRaw`select 1`)
  const written: string[] = []
  const writes = Socket.prototype as unknown as Record<'_write' | '_writev', unknown>
  const before = { _write: writes._write, _writev: writes._writev }
  for (const name of ['_write', '_writev'] as const) {
    const real = before[name] as (...args: unknown[]) => unknown
    writes[name] = function (this: unknown, ...args: unknown[]) {
      written.push(name)
      return real.apply(this, args)
    }
  }
  try {
    await own.inContext(scope('usr_one'), (tx) => tx.$queryRaw`select 1`)
  } finally {
    Object.assign(writes, before)
    await own.close()
  }
  expect(written).toEqual(['_writev', '_write'])
})

it('sends a statement whole again that was refused with its beginning while it was being prepared', async () => {
  const alone = connect(made.workerUrl, { poolSize: 1, timeoutMs: 20_000 })
  const ask = (as?: 'stairway_admin') =>
    alone.inContext(
      { actor: 'usr_one', tenants: [], ...(as ? { as } : {}) },
      (tx) => tx.$queryRaw<{ n: number }[]>`select ${1}::int + 41 as n`,
    )
  // a text gets its name at the third use: the refused one is that
  await ask()
  await ask()
  await expect(ask('stairway_owner' as 'stairway_admin')).rejects.toThrow(/permission denied/)
  for (let again = 0; again < 3; again += 1) expect(await ask()).toEqual([{ n: 42 }])
  await alone.close()
})
