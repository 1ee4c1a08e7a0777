import { afterAll, beforeAll, expect, test } from 'vitest'
import { record } from '#lib/audit/store.ts'
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

const OF_PAYMENTS = `tenant_id = (select id from tenant where slug = 'payments')`
const told = () =>
  at.rows<{ name: string; title: string }>(
    `select p.user_name as name, n.title from notice n join person p on p.id = n.person_id where n.event like 'chain.broken.%' order by 1`,
  )

test('chains that are young are left, and every other one is verified once a day', async () => {
  await verifyWhole(at.worker)
  expect(await latest()).toBeUndefined()
  await signHeads(at.worker)
  await verifyWhole(at.worker, NOW)
  const verified = await latest()
  expect(verified).toMatchObject({ firstBreak: null, findings: [] })
  expect(verified?.events).toBeGreaterThan(2)
  expect(await latest('platform')).toMatchObject({ firstBreak: null, findings: [] })
  const count = () => at.rows(`select from audit_event where action = 'chain.verified'`)
  const before = (await count()).length
  await verifyWhole(at.worker)
  expect((await count()).length).toBe(before)
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
  const outcome = await verifyWhole(at.worker, NOW)
  const verified = await latest()
  expect(verified?.firstBreak).toBe(2)
  expect(verified?.findings[0]).toMatch(/^broken at event 2 of \d+$/)
  expect(await latest('lending')).toMatchObject({ findings: [] })
  const people = await told()
  expect(people.map(({ name }) => name)).toEqual(['grace.kim', 'hugo.meyer', 'iris.novak'])
  expect(people[0]?.title).toBe('BROKEN: the audit chain of Payments does not hold')
  expect(outcome).toContainEqual({ name: 'Payments', findings: 1 })
  expect(outcome).toContainEqual({ name: 'Lending', findings: 0 })
})

test('events that are gone from the middle, and a head that is gone, are found as well', async () => {
  await tampered(
    'audit_event',
    `with p as (delete from audit_payload where tenant_id = (select id from tenant where slug = 'lending') and seq = 1)
     delete from audit_event where tenant_id = (select id from tenant where slug = 'lending') and seq = 1`,
  )
  await tampered('audit_head', `delete from audit_head where ${OF_PAYMENTS}`)
  await verifyWhole(at.worker, NOW)
  expect((await latest('lending'))?.firstBreak).toBe(1)
  expect((await told()).some(({ title }) => title.includes('Lending'))).toBe(true)
})
