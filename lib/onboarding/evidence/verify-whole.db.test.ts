import { afterAll, beforeAll, expect, test } from 'vitest'
import { chainStates, record } from '#lib/audit/store.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { signHeads } from './sign-heads.ts'
import { verifyWhole } from './verify-whole.ts'

let at: TestChanges

beforeAll(async () => {
  at = await testChanges()
  for (const name of ['chain-one', 'chain-two', 'chain-three']) await at.submitted(name)
  const [lending] = await at.rows<{ id: string }>(`select id from tenant where slug = 'lending'`)
  const tenant = lending?.id ?? ''
  const scope = { ...AS_WORKER, tenants: [tenant] }
  for (let n = 0; n < 3; n += 1)
    await at.workerDb.inContext(scope, (tx) =>
      record(tx, { tenant, action: 'tenant.quota_changed', subject: tenant }),
    )
})
afterAll(() => at?.close())

const NOW = { span: 2, everySeconds: 0 }
type Verified = { firstBreak: number | null; findings: string[]; events: number }

async function latest(tenant = 'payments'): Promise<Verified | undefined> {
  const [row] = await at.rows<{ body: string }>(
    `select p.body from audit_event e join audit_payload p using (tenant_id, seq) join tenant t on t.id = e.tenant_id
     where t.slug = $1 and e.action = 'chain.verified' order by e.seq desc limit 1`,
    tenant,
  )
  return row && (JSON.parse(row.body) as Verified)
}

/** What only a hand in the database does. */
async function tampered(table: string, statement: string): Promise<void> {
  await at.rows(`alter table ${table} disable trigger user`)
  await at.rows(statement)
  await at.rows(`alter table ${table} enable trigger user`)
}

const states = async () =>
  Object.fromEntries(
    (await at.workerDb.inContext(AS_WORKER, chainStates)).map(({ tenant, broken }) => [
      tenant,
      broken,
    ]),
  )
const OF_PAYMENTS = `tenant_id = (select id from tenant where slug = 'payments')`
const told = () =>
  at.rows<{ name: string; title: string }>(
    `select p.user_name as name, n.title from notice n join person p on p.id = n.person_id where n.event like 'chain.broken.%' order by 1`,
  )

test('chains that are young are left, and every other one is verified once a day', async () => {
  await verifyWhole(at.worker)
  expect(await latest()).toBeUndefined()
  await signHeads(at.worker)
  const before = Date.now()
  await verifyWhole(at.worker, NOW)
  const verified = await latest()
  expect(verified).toMatchObject({ firstBreak: null, findings: [] })
  expect(verified?.events).toBeGreaterThan(2)
  expect(await latest('platform')).toMatchObject({ firstBreak: null, findings: [] })
  const count = () => at.rows(`select from audit_event where action = 'chain.verified'`)
  const recorded = (await count()).length
  // the chains began before this time, and were verified within it
  await verifyWhole(at.worker, { span: 2, everySeconds: (Date.now() - before) / 1000 + 0.1 })
  expect((await count()).length).toBe(recorded)
  expect(await told()).toEqual([])
})

test('an event that was altered behind the last signature is found, told to auditors and administrators once, and shown', async () => {
  await signHeads(at.worker)
  await tampered(
    'audit_payload',
    `update audit_payload set body = body || ' ' where ${OF_PAYMENTS} and seq = 2`,
  )
  await signHeads(at.worker)
  await verifyWhole(at.worker, NOW)
  await verifyWhole(at.worker, NOW)
  const verified = await latest()
  expect(verified?.firstBreak).toBe(2)
  expect(verified?.findings[0]).toMatch(/^broken at event 2 of \d+$/)
  expect(await latest('lending')).toMatchObject({ findings: [] })
  const people = await told()
  expect(people.map(({ name }) => name)).toEqual(['grace.kim', 'hugo.meyer', 'iris.novak'])
  expect(people[0]?.title).toBe('BROKEN: the audit chain of Payments does not hold')
  expect(await states()).toMatchObject({ payments: true, lending: false, platform: false })
})

test('a payload that was erased is no break, in whichever span it stood', async () => {
  await tampered(
    'audit_payload',
    `delete from audit_payload where seq = 1 and tenant_id = (select id from tenant where slug = 'lending')`,
  )
  await verifyWhole(at.worker, NOW)
  expect(await latest('lending')).toMatchObject({ firstBreak: null, findings: [] })
})

test('events that are gone, in the middle or all of them, and a head that is gone, are found as well', async () => {
  const of = (slug: string) => `tenant_id = (select id from tenant where slug = '${slug}')`
  for (const table of ['audit_payload', 'audit_event'])
    await tampered(table, `delete from ${table} where ${of('lending')} and seq = 2`)
  await tampered('audit_head', `delete from audit_head where ${of('platform')}`)
  await verifyWhole(at.worker, NOW)
  expect((await latest('lending'))?.firstBreak).toBe(2)
  expect(await states()).toMatchObject({ lending: true, platform: true })
  const titles = (await told()).map(({ title }) => title)
  for (const name of ['Lending', 'Platform'])
    expect(titles).toContain(`BROKEN: the audit chain of ${name} does not hold`)

  for (const table of ['audit_payload', 'audit_signature', 'audit_event'])
    await tampered(table, `delete from ${table} where ${of('lending')}`)
  expect(await latest('lending')).toBeUndefined()
  await verifyWhole(at.worker)
  expect((await latest('lending'))?.findings).not.toEqual([])
})
