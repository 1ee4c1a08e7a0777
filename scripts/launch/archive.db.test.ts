import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstBreak, record } from '#lib/audit/store.ts'
import { connect, type Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { startPostgres } from '#sandbox/postgres/server.ts'
import { backUp, restore } from './archive.ts'
import { migrate, prepareServer } from './database.ts'
import { resetFolder, type Secrets, sandboxSecrets } from './folder.ts'

const scratch = mkdtempSync('/var/tmp/stairway-archive-')
const folder = path.join(scratch, 'data')
const archive = path.join(scratch, 'backups/one.tar.gz')
let secrets: Secrets
let port = 0

beforeAll(async () => {
  chmodSync(scratch, 0o755)
  secrets = sandboxSecretsIn(folder)
  port = await freePort()
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('what was backed up comes back whole, its audit chain unbroken', async () => {
  await whileRunning(async (tx) => {
    for (const name of ['first', 'second'])
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'organisation.seeded',
        subject: name,
      })
    expect(() => backUp(folder, archive)).toThrow(/Stop it first/)
  })
  backUp(folder, archive)
  expect(statSync(archive).mode & 0o077).toBe(0)
  expect(() => backUp(folder, archive)).toThrow(/there already/)

  resetFolder(folder)
  expect(() => backUp(folder, `${archive}.2`)).toThrow(/nothing to back up/)
  restore(folder, archive, false)
  expect(sandboxSecretsIn(folder)).toEqual(secrets)
  expect(existsSync(path.join(folder, '.restoring'))).toBe(false)
  await whileRunning(async (tx) => {
    const subjects = await tx.audit_event.findMany({ orderBy: { seq: 'asc' } })
    expect(subjects.map((event) => event.subject)).toEqual(['first', 'second'])
    expect(await firstBreak(tx, PLATFORM_TENANT)).toBeNull()
  })
})

test('what is there is replaced only when that is asked for, and never by something else', () => {
  expect(() => restore(folder, archive, false)).toThrow(/--replace/)
  const other = path.join(scratch, 'other.tar.gz')
  writeFileSync(other, randomBytes(64))
  expect(() => restore(folder, other, true)).toThrow(/Restoring failed/)
  expect(existsSync(path.join(folder, 'postgres/PG_VERSION'))).toBe(true)
  restore(folder, archive, true)
  expect(existsSync(path.join(folder, 'postgres/PG_VERSION'))).toBe(true)
})

/** Starts PostgreSQL in the folder, as the launcher does, for as long as the body takes. */
async function whileRunning(body: (tx: Transaction) => Promise<void>): Promise<void> {
  const server = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    port,
    password: secrets.superuser,
  })
  try {
    const { owner, app, worker } = secrets
    await prepareServer(server.url('postgres'), 'stairway', { owner, app, worker })
    const url = `postgresql://stairway_owner:${owner}@127.0.0.1:${port}/stairway`
    await migrate(url)
    const db = connect(url, { poolSize: 1, timeoutMs: 20_000 })
    await db
      .inContext({ actor: 'sys:test', tenants: [PLATFORM_TENANT] }, body)
      .finally(() => db.close())
  } finally {
    await server.stop()
  }
}

function sandboxSecretsIn(at: string): Secrets {
  mkdirSync(at, { recursive: true })
  return sandboxSecrets(at)
}
