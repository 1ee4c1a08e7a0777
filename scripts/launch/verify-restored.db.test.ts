import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { record } from '#lib/audit/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { headText } from '#lib/evidence/pack.ts'
import { saveSignature, signedHeads, unsignedHeads } from '#lib/evidence/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { startPostgres } from '#sandbox/postgres/server.ts'
import { backUp } from './archive.ts'
import { migrate, prepareServer } from './database.ts'
import { type Secrets, sandboxSecrets } from './folder.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const scratch = mkdtempSync('/var/tmp/stairway-restored-')
const folder = path.join(scratch, 'data')
const file = (name: string) => path.join(scratch, name)
const signer = createSigner(newSigningKey())
const EVENTS = 6
let secrets: Secrets

/** Takes the newest two events away, with all in the database that would tell. */
const CUT = `delete from audit_signature where seq > 4; delete from audit_payload where seq > 4; delete from audit_event where seq > 4;
  update audit_head set seq = 4, hash = (select hash from audit_event where seq = 4 and tenant_id = '${PLATFORM_TENANT}') where tenant_id = '${PLATFORM_TENANT}'`

beforeAll(async () => {
  chmodSync(scratch, 0o755)
  mkdirSync(folder)
  secrets = sandboxSecrets(folder)
  await whileRunning(async (db) => {
    for (let n = 1; n <= EVENTS; n += 1) await append(db)
    const heads = await db.inContext(SCOPE, async (tx) => {
      const [end] = await unsignedHeads(tx, PLATFORM_TENANT)
      if (!end) throw new Error('nothing to sign')
      const head = {
        tenant: end.tenant,
        seq: end.seq,
        hash: end.hash,
        at: new Date().toISOString(),
      }
      const signature = Buffer.from(signer.sign(headText(head))).toString('hex')
      await saveSignature(tx, { head, ...signer, signature })
      return signedHeads(tx, PLATFORM_TENANT)
    })
    writeFileSync(file('heads.json'), JSON.stringify({ heads }))
  })
  backUp(folder, file('whole.tar.gz'))
  await whileRunning((_, sql) => sql(CUT))
  backUp(folder, file('cut.tar.gz'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('a whole copy holds, by itself and against heads kept outside; each chain records that', async () => {
  const { status, said } = restored(
    'whole.tar.gz',
    '--heads',
    file('heads.json'),
    '--key',
    signer.publicKey,
  )
  expect(said).toContain('6 events, every hash holds; compared with 1 heads signed here and 1 kept')
  expect(status).toBe(0)
  await whileRunning(async (db) => {
    const rows = await db.inContext(SCOPE, (tx) =>
      tx.audit_event.findMany({ orderBy: { seq: 'asc' }, include: { audit_payload: true } }),
    )
    expect(rows.map(({ action }) => action)).toEqual([
      ...Array.from({ length: EVENTS }, () => 'job.retried'),
      'chain.verified',
    ])
    expect(JSON.parse(rows.at(-1)?.audit_payload?.body ?? '')).toEqual({
      after: 'restore',
      events: EVENTS,
      firstBreak: null,
      compared: { signed: 1, kept: 1 },
      findings: [],
    })
  })
})

test('a tail that was cut off without a trace is found by a head kept outside, and by that alone', () => {
  const alone = restored('cut.tar.gz')
  expect([alone.status, alone.said]).toEqual([0, expect.stringContaining('4 events, every hash')])
  const { status, said } = restored('cut.tar.gz', '--heads', file('heads.json'))
  expect(status).toBe(1)
  expect(said).toContain(
    'it ends at event 4, and a head kept outside is of event 6: 2 events at its end are gone',
  )
  expect(said).toContain('Do not start it')
})

test.each([
  ['an actor', `update audit_event set actor = 'sys:else' where seq = 3`, 'BROKEN at event 3 of 6'],
  [
    'what was recorded',
    `update audit_payload set body = '{"a":1}' where seq = 2`,
    'BROKEN at event 2 of 6',
  ],
  [
    'the end, its hashes made anew,',
    `update audit_event e set actor = 'sys:else' where seq = 6; update audit_event e set hash = sha256(app.audit_bytes(e)) where seq = 6;
     update audit_head h set hash = e.hash from audit_event e where e.seq = 6 and e.tenant_id = h.tenant_id`,
    'event 6 is another than in a head signed here',
  ],
  [
    'a signature',
    `update audit_signature set signature = decode(repeat('00', 64), 'hex')`,
    'the signature of the head at 6 does not hold',
  ],
])('%s was altered: it is named, and the restore ends with 1', async (what, sql, named) => {
  const archive = `${what.replaceAll(/\W/g, '')}.tar.gz`
  expect(restored('whole.tar.gz').status).toBe(0)
  await whileRunning(async (_, run) => {
    await run(`delete from audit_payload where seq > ${EVENTS}; delete from audit_event where seq > ${EVENTS};
      update audit_head h set seq = e.seq, hash = e.hash from audit_event e where e.seq = ${EVENTS} and e.tenant_id = h.tenant_id`)
    await run(sql)
  })
  backUp(folder, file(archive))
  const { status, said } = restored(archive)
  expect([status, said]).toEqual([1, expect.stringContaining(named)])
})

test('a head signed by a key that nobody wrote down is not believed', () => {
  const other = createSigner(newSigningKey())
  const { status, said } = restored('whole.tar.gz', '--key', other.publicKey)
  expect([status, said]).toEqual([1, expect.stringContaining('which is none of those given')])
})

test('a file that holds no head ends it before anything is replaced', () => {
  writeFileSync(file('nothing.json'), '{"heads":[]}')
  const { status, said } = restored('whole.tar.gz', '--heads', file('nothing.json'))
  expect([status, said]).toEqual([1, expect.stringMatching(/0 heads of chains/)])
  expect(said).not.toContain('restored from')
})

const SCOPE = { actor: 'sys:test', tenants: [PLATFORM_TENANT] }

function append(db: Database): Promise<void> {
  const entry = { tenant: PLATFORM_TENANT, action: 'job.retried', subject: 'job_1' } as const
  return db.inContext(SCOPE, (tx) => record(tx, entry))
}

function restored(archive: string, ...more: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/restore.ts', file(archive), '--replace', ...more],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, STAIRWAY_DATA: folder } },
  )
  return { status, said: `${stdout}${stderr}` }
}

type Sql = (text: string) => Promise<void>

/** Starts PostgreSQL in the folder for as long as the body takes; `sql` is the superuser's, with every trigger off. */
async function whileRunning(body: (db: Database, sql: Sql) => Promise<void>): Promise<void> {
  const port = await freePort()
  const dataDir = path.join(folder, 'postgres')
  const server = await startPostgres({ dataDir, port, password: secrets.superuser })
  const { owner, app, worker } = secrets
  try {
    await prepareServer(server.url('postgres'), 'stairway', { owner, app, worker })
    const url = `postgresql://stairway_owner:${owner}@127.0.0.1:${port}/stairway`
    await migrate(url)
    const db = connect(url, { poolSize: 1, timeoutMs: 20_000 })
    const superuser = new pg.Client({ connectionString: server.url('stairway') })
    await superuser.connect()
    await superuser.query(`set session_replication_role = replica`)
    try {
      await body(db, async (text) => void (await superuser.query(text)))
    } finally {
      await superuser.end()
      await db.close()
    }
  } finally {
    await server.stop()
  }
}
