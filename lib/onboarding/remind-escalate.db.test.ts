import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { type StageTerms, StageTerms as Terms } from '#lib/changes/policy.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { type Delegations, testDelegations } from '#lib/testing/delegations.ts'
import { remindAndEscalate } from './remind-escalate.ts'
import { startChange } from './start-change.ts'

let at: Delegations

const OWNER: StageTerms = {
  name: 'Owner',
  rule: { source: 'tenant_role', role: 'owner' },
  quorum: 1,
  sections: ['identity', 'repository'],
  dueHours: 48,
  remindAfterHours: [4, 8],
  escalateAfterHours: 24,
  escalateTo: { source: 'group', group: 'security-officers' },
}

beforeAll(async () => {
  at = await testDelegations()
  await at.changes.rows(`update approval_policy set active_version = null`)
})
afterAll(() => at?.changes.close())
afterEach(async () => {
  await at.clear()
  await at.changes.rows(
    `update approval_policy set active_version = null where active_version is not null`,
  )
})

/** The only policy in force asks for this stage. */
async function inForce(stage: StageTerms): Promise<void> {
  const id = newId('pol')
  await at.changes.rows(
    `insert into approval_policy (id, tenant_id, name, active_version) values ($1, $2, $1, 1)`,
    ...[id, PLATFORM_TENANT],
  )
  await at.changes.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     values ($1, 1, $2, '{}', $3::jsonb, 'x', clock_timestamp(), 'sys:a', 'sys:b')`,
    ...[id, PLATFORM_TENANT, JSON.stringify({ stages: [stage] })],
  )
}

/** So many hours pass for the stages of the change. */
async function pass({ changeId }: { changeId: string }, hours: number): Promise<void> {
  await at.changes.rows(
    `update approval_stage set opened_at = opened_at - make_interval(hours => $2::int) where change_id = $1`,
    ...[changeId, hours],
  )
  await remindAndEscalate(at.changes.worker)
}

async function told({ changeId }: { changeId: string }, event: string): Promise<string[]> {
  const rows = await at.changes.rows<{ name: string; event: string }>(
    `select p.user_name as name, n.event from notice n join person p on p.id = n.person_id where n.change_id = $1 and n.event like $2 order by 1`,
    ...[changeId, `${event}%`],
  )
  return rows.map(({ name, event: what }) => `${name} ${what.split('.').at(-1)}`)
}

async function events({ changeId }: { changeId: string }): Promise<string[]> {
  const rows = await at.changes.rows<{ action: string }>(
    `select action from audit_event where subject = $1 and action like 'approval.%' order by seq`,
    changeId,
  )
  return rows.map(({ action }) => action)
}

test('those who are asked are reminded at each hour that the policy says, once, whoever looks and how often', async () => {
  await inForce(OWNER)
  const change = await at.submitted('reminded')
  await pass(change, 3)
  expect(await told(change, 'approval.reminder')).toEqual([])
  await pass(change, 1)
  const first = ['ben.carter 4', 'farah.haddad 4']
  expect(await told(change, 'approval.reminder')).toEqual(first)
  await Promise.all([1, 2, 3].map(() => remindAndEscalate(at.changes.worker)))
  expect(await told(change, 'approval.reminder')).toEqual(first)
  expect(await events(change)).toEqual(['approval.reminded'])
  const page = await readChange(at.platform, at.ben, { number: change.number })
  expect(page?.stages[0]).toMatchObject({
    remindedAt: expect.stringMatching(/^20/),
    remindsAt: expect.stringMatching(/^20/),
    escalatesAt: expect.stringMatching(/^20/),
    escalatedAt: null,
  })
  await pass(change, 4)
  expect(await told(change, 'approval.reminder')).toHaveLength(4)
})

test('several workers at once remind once', async () => {
  await inForce(OWNER)
  const change = await at.submitted('reminded-at-once')
  await at.changes.rows(
    `update approval_stage set opened_at = opened_at - interval '30 hours' where change_id = $1`,
    change.changeId,
  )
  await Promise.all([1, 2, 3, 4].map(() => remindAndEscalate(at.changes.worker)))
  expect((await events(change)).sort()).toEqual(['approval.escalated', 'approval.reminded'])
  const [row] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from stage_reminder where change_id = $1`,
    change.changeId,
  )
  expect(row?.n).toBe(2)
  expect((await told(change, 'approval.reminder')).every((one) => one.endsWith(' 8'))).toBe(true)
})

test('a worker that dies over it has told nobody, and the next one tells all', async () => {
  await inForce(OWNER)
  const change = await at.submitted('reminded-after-a-kill')
  await at.changes.rows(
    `update approval_stage set opened_at = opened_at - interval '5 hours' where change_id = $1`,
    change.changeId,
  )
  const dying = {
    ...at.changes.worker,
    queue: { enqueue: () => Promise.reject(new Error('killed')) },
  }
  await remindAndEscalate(dying)
  expect(await told(change, 'approval.reminder')).toEqual([])
  expect(await events(change)).toEqual([])
  await remindAndEscalate(at.changes.worker)
  expect(await told(change, 'approval.reminder')).toHaveLength(2)
})

test('who has voted, was signed for or is barred is not reminded; who stands in is', async () => {
  await inForce({
    ...OWNER,
    quorum: 2,
    rule: { source: 'named', people: ['ben.carter', 'farah.haddad', 'hugo.meyer', 'ada.okafor'] },
  })
  const change = await at.submitted('reminded-not-all')
  await at.delegated(at.ben, at.erik)
  expect(await at.vote(at.hugo, change)).toBe('awaiting_approval')
  await pass(change, 4)
  expect(await told(change, 'approval.reminder')).toEqual([
    ...['ben.carter 4', 'erik.lund 4', 'farah.haddad 4'],
  ])
})

test('escalation adds people, who may decide; the quorum stays, and so do those who were asked', async () => {
  await inForce({ ...OWNER, quorum: 2 })
  const change = await at.submitted('escalated')
  expect(await at.vote(at.hugo, change)).toBe('not_an_approver')
  await pass(change, 24)
  expect(await told(change, 'approval.escalated')).toEqual(['erik.lund 1', 'hugo.meyer 1'])
  expect(await events(change)).toEqual(['approval.escalated', 'approval.reminded'])
  const page = await readChange(at.platform, at.hugo, { number: change.number })
  expect(page?.stages[0]).toMatchObject({
    quorum: 2,
    escalatesAt: null,
    escalatedAt: expect.stringMatching(/^20/),
    escalatedTo: ['security-officers'],
  })
  await pass(change, 24)
  expect(await events(change)).toEqual(['approval.escalated', 'approval.reminded'])
  expect(await at.inbox(at.hugo)).toEqual([{ number: change.number, delegator: null }])
  expect(await at.vote(at.hugo, change)).toBe('awaiting_approval')
  expect(await at.state(change)).toBe('awaiting_approval')
  expect(await at.vote(at.ben, change)).toBe('approved')
  await startChange(at.changes.worker, change.changeId)
  expect(await at.state(change)).toBe('executing')
})

test('who is added may be barred as everybody is, and a delegation reaches what was added', async () => {
  await inForce({
    ...OWNER,
    escalateTo: { source: 'named', people: ['ben.carter', 'hugo.meyer'] },
    rule: { source: 'named', people: ['farah.haddad'] },
  })
  const change = await at.submitted('escalated-to-barred', undefined, at.ben)
  await pass(change, 24)
  expect(await told(change, 'approval.escalated')).toEqual(['hugo.meyer 1'])
  expect(await at.vote(at.ben, change)).toBe('barred_from_approving')
  await at.delegated(at.hugo, at.erik)
  expect(await at.vote(at.erik, change, at.hugo)).toBe('approved')
})

test('a stage that was decided, and one whose change was edited, is not chased', async () => {
  await inForce(OWNER)
  const change = await at.submitted('decided-in-time')
  await at.vote(at.ben, change)
  await pass(change, 50)
  expect(await events(change)).toEqual([])
})

test.each<[string, Partial<StageTerms>]>([
  ['an hour without whom', { escalateTo: undefined }],
  ['whom without an hour', { escalateAfterHours: undefined }],
  ['reminders out of order', { remindAfterHours: [8, 4] }],
  ['the same reminder twice', { remindAfterHours: [4, 4] }],
  ['no hour', { remindAfterHours: [0] }],
])('a policy with %s is refused', (_, differs) => {
  expect(Terms.safeParse(OWNER).success).toBe(true)
  expect(Terms.safeParse({ ...OWNER, ...differs }).success).toBe(false)
})
