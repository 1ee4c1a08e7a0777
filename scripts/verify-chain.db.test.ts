import { spawnSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { verifyChains } from '#lib/onboarding/verify-chains.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const TENANTS = ['payments', 'lending'] as const
const EVENTS = 5

let organisation: TestOrganisation
let database: pg.Client

beforeAll(async () => {
  organisation = await testOrganisation()
  const url = new URL(inject('testServer').superuserUrl)
  url.pathname = new URL(organisation.database.ownerUrl).pathname
  database = new pg.Client({ connectionString: url.href })
  await database.connect()
  for (const slug of TENANTS)
    await organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, async (tx) => {
      const { id } = await tx.tenant.findUniqueOrThrow({ where: { slug } })
      await tx.$queryRaw`select set_config('app.tenants', ${id}, true)`
      for (let n = 0; n < EVENTS; n += 1)
        await tx.$queryRaw`select app.audit(${id}, 'job.retried', 'job_1')::text`
    })
})

afterAll(async () => {
  await database?.end()
  await organisation?.close()
})

/** What nobody but a superuser could do: the triggers off, then SQL on the chain of one tenant. */
async function tamper(slug: (typeof TENANTS)[number], sql: string): Promise<void> {
  for (const table of ['audit_payload', 'audit_event', 'audit_head'])
    await database.query(`alter table ${table} disable trigger all`)
  await database.query(
    sql.replaceAll('$own', `tenant_id = (select id from tenant where slug = '${slug}')`),
  )
  for (const table of ['audit_payload', 'audit_event', 'audit_head'])
    await database.query(`alter table ${table} enable trigger all`)
}

const cutFrom = (seq: number) =>
  `delete from audit_payload where $own and seq >= ${seq}; delete from audit_event where $own and seq >= ${seq}`

test.each<[string, string, number, number | null]>([
  ['nothing was done to', '', 1, null],
  ['nothing was done to, read from its third event', '', 3, null],
  ['nothing was done to, read from behind its end', '', EVENTS + 1, null],
  ['all events are gone from', cutFrom(1), 1, 1],
  ['the newest two are gone from', cutFrom(4), 1, 4],
  ['the newest two are gone from, read from its third event', cutFrom(4), 3, 4],
  ['the newest two are gone from, read from behind the cut', cutFrom(4), 5, 5],
  [
    'the event before is gone from, read from its third',
    `delete from audit_payload where $own and seq = 2; delete from audit_event where $own and seq = 2`,
    3,
    3,
  ],
  [
    'the head was set back on',
    `update audit_head set seq = 3, hash = (select hash from audit_event where $own and seq = 3) where $own`,
    1,
    4,
  ],
  [
    'the head has another hash on',
    `update audit_head set hash = sha256('x') where $own`,
    1,
    EVENTS,
  ],
  ['the head is gone from', `delete from audit_head where $own`, 1, 1],
  ['head and events are gone from', `${cutFrom(1)}; delete from audit_head where $own`, 1, 1],
])('a chain that %s: what is named', async (_, sql, from, named) => {
  await database.query('begin')
  try {
    await tamper('payments', sql)
    const { rows } = await database.query<{ seq: number | null }>(
      `select app.audit_first_break(id, $1)::int as seq from tenant where slug = 'payments'`,
      [from],
    )
    expect(rows[0]?.seq).toBe(named)
  } finally {
    await database.query('rollback')
  }
})

test('a chain without events and one that was cut short are named, by the button and by the command', async () => {
  await tamper('payments', cutFrom(1))
  await tamper('lending', cutFrom(4))
  const verified = await verifyChains(
    organisation.platform,
    await organisation.viewer('iris.novak'),
  )
  const broken = verified.ok
    ? verified.value.map(({ tenant, firstBreak }) => [tenant, firstBreak])
    : []
  expect(Object.fromEntries(broken)).toEqual({ platform: null, payments: 1, lending: 4 })
  const { status, stdout } = spawnSync(
    process.execPath,
    ['scripts/verify-chain.ts', '--url', organisation.database.workerUrl],
    { cwd: ROOT, encoding: 'utf8' },
  )
  expect([status, stdout.match(/^(payments|lending): [^;\n]*/gm)?.sort()]).toEqual([
    1,
    ['lending: BROKEN at event 4 of 6', 'payments: BROKEN at event 1 of 6'],
  ])
})

test('a chain whose head is gone is named as broken, by the button and by the command, and the others are recorded', async () => {
  await tamper('lending', 'delete from audit_head where $own')
  const verified = await verifyChains(
    organisation.platform,
    await organisation.viewer('iris.novak'),
  )
  expect(verified.ok && verified.value.find(({ tenant }) => tenant === 'lending')).toMatchObject({
    firstBreak: 1,
  })
  const { status, stdout } = spawnSync(
    process.execPath,
    ['scripts/verify-chain.ts', '--url', organisation.database.workerUrl],
    { cwd: ROOT, encoding: 'utf8' },
  )
  expect([status, stdout]).toEqual([1, expect.stringMatching(/^lending: BROKEN at event 1 /m)])
})
