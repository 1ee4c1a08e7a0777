import type { Server } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Database } from '#lib/db/client.ts'
import { NEWEST_MIGRATION } from '#lib/db/newest-migration.ts'
import { type TestDatabase, testDatabase } from '#lib/testing/database.ts'
import { readiness } from '#lib/web/health.ts'
import { startHealth } from './health.ts'

const WORKER = 'host-1-abc'
let database: TestDatabase
let owner: pg.Client
let web: Database
let worker: Database
let server: Server

beforeAll(async () => {
  database = await testDatabase()
  owner = new pg.Client({ connectionString: database.ownerUrl })
  await owner.connect()
  web = connect(database.appUrl, { poolSize: 1, timeoutMs: 5000 })
  worker = connect(database.workerUrl, { poolSize: 1, timeoutMs: 5000 })
  server = await startHealth({ db: worker, worker: WORKER }, { port: 0, metricsToken: 'm' })
})
afterAll(async () => {
  server.close()
  await web.close()
  await worker.close()
  await owner.end()
  await database.drop()
})

test('nobody is ready before a worker beats; the worker asks for its own heartbeat, web for any', async () => {
  expect(await readyz()).toEqual([503, `no heartbeat of ${WORKER} for 15 seconds\n`])
  expect(await readiness(web)).toEqual(state({ worker: false }))
  await beat('another')
  expect((await readyz())[0]).toBe(503)
  expect(await readiness(web)).toEqual(state({}))
  await beat(WORKER)
  expect(await readyz()).toEqual([200, 'ready\n'])
  await beat(WORKER, '16 seconds')
  expect((await readyz())[0]).toBe(503)
  await beat(WORKER)
})

test.each([
  ['is not applied', `delete from _prisma_migrations where migration_name = $1`],
  [
    'was rolled back',
    `update _prisma_migrations set rolled_back_at = now() where migration_name = $1`,
  ],
  ['did not finish', `update _prisma_migrations set finished_at = null where migration_name = $1`],
])('where the newest migration %s, neither web nor worker is ready', async (_, sql) => {
  await owner.query('create temp table kept as select * from _prisma_migrations')
  await owner.query(sql, [NEWEST_MIGRATION])
  expect(await readyz()).toEqual([503, 'migrations of this release are not applied\n'])
  expect(await readiness(web)).toEqual(state({ migrations: false, worker: false }))
  await owner.query('delete from _prisma_migrations')
  await owner.query('insert into _prisma_migrations select * from kept')
  await owner.query('drop table kept')
  expect((await readyz())[0]).toBe(200)
})

test('a database that was never migrated is told from one that does not answer', async () => {
  await owner.query('alter table _prisma_migrations rename to hidden')
  expect(await readiness(web)).toEqual(state({ migrations: false, worker: false }))
  await owner.query('alter table hidden rename to _prisma_migrations')
  const nobody = connect(database.appUrl.replace(/@[^/]+/, '@127.0.0.1:1'), {
    poolSize: 1,
    timeoutMs: 1000,
  })
  expect(await readiness(nobody)).toEqual(
    state({ database: false, migrations: false, worker: false }),
  )
})

function state(differs: Partial<Awaited<ReturnType<typeof readiness>>>) {
  const all = { database: true, migrations: true, worker: true, ...differs }
  return { ready: all.worker, ...all }
}

async function beat(name: string, ago = '0 seconds'): Promise<void> {
  await owner.query(
    `insert into worker_heartbeat (worker, started_at, seen_at, build) values ($1, now(), clock_timestamp() - $2::interval, '1')
     on conflict (worker) do update set seen_at = excluded.seen_at`,
    [name, ago],
  )
}

async function readyz(): Promise<[number, string]> {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
  return [answer.status, await answer.text()]
}
