import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StageTerms } from '#lib/changes/policy.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { decideChange } from './decide-change.ts'
import { requestService, type Submitted } from './request-service.ts'
import { startChange } from './start-change.ts'

let at: TestChanges
let hugo: Viewer
let count = 0

beforeAll(async () => {
  at = await testChanges()
  hugo = await at.organisation.viewer('hugo.meyer')
})
afterAll(() => at.close())
beforeEach(() => at.rows('update approval_policy set active_version = null'))

const OWNER: StageTerms = {
  name: 'Owner',
  rule: { source: 'tenant_role', role: 'owner' },
  quorum: 1,
  sections: ['identity', 'repository'],
  dueHours: 24,
}
const CONTROL: StageTerms = {
  ...OWNER,
  name: 'Control',
  rule: { source: 'group', group: 'change-approvers' },
}

/** The only policy in force asks for these stages. */
async function inForce(...stages: StageTerms[]): Promise<void> {
  const id = newId('pol')
  const insert = `insert into approval_policy (id, tenant_id, name, active_version) values ($1, $2, $1, 1)`
  await at.rows(insert, id, PLATFORM_TENANT)
  await at.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     values ($1, 1, $2, '{}', $3::jsonb, 'x', clock_timestamp(), 'sys:a', 'sys:b')`,
    ...[id, PLATFORM_TENANT, JSON.stringify({ stages })],
  )
}

async function asked(differs: Parameters<typeof aRequest>[1] = {}): Promise<Submitted> {
  count += 1
  const request = aRequest(`staged-${count}`, { ...TEST_ONLY, ...differs })
  const answer = await requestService(at.organisation.platform, at.viewers.ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 900))
  return answer.value
}

function vote(
  viewer: Viewer,
  { changeId, planHash }: Submitted,
  more: { verdict?: 'approve' | 'reject' | 'request_changes'; comment?: string } = {},
) {
  const decision = { verdict: 'approve', comment: '', ...more } as const
  return decideChange(at.organisation.platform, viewer, { changeId, planHash, ...decision })
}

async function stateOf({ changeId }: Submitted): Promise<string | undefined> {
  const found = await at.rows<{ state: string }>('select state from change where id = $1', changeId)
  return found[0]?.state
}

async function askedOf({ changeId }: Submitted, { id }: Viewer): Promise<number> {
  const sql = `select count(*)::int as n from notice where change_id = $1 and person_id = $2 and event like 'approval.asked%'`
  const [row] = await at.rows<{ n: number }>(sql, changeId, id)
  return row?.n ?? 0
}

test('a stage of a later order waits, is asked when its turn comes, and its time runs from then', async () => {
  const { erik, farah } = at.viewers
  await inForce({ ...CONTROL, order: 2, dueHours: 1 }, OWNER)
  const change = await asked()
  expect(await vote(erik, change)).toMatchObject({
    ok: false,
    error: { code: 'stage_waits', stage: 'Control', before: ['Owner'] },
  })
  expect([await askedOf(change, erik), await askedOf(change, farah)]).toEqual([0, 1])
  await at.rows(
    `update approval_stage set due_at = due_at - interval '3 hours' where change_id = $1`,
    change.changeId,
  )
  expect(await vote(farah, change)).toMatchObject({
    ok: true,
    value: { stage: 'Owner', state: 'awaiting_approval' },
  })
  expect(await askedOf(change, erik)).toBe(1)
  const [due] = await at.rows<{ fresh: boolean }>(
    `select bool_and(s.due_at > now() + interval '50 minutes' and p.due_at = s.due_at and p.open) as fresh from approval_stage s join stage_principal p on p.stage_id = s.id
     where s.change_id = $1 and s.name = 'Control'`,
    change.changeId,
  )
  expect(due?.fresh).toBe(true)
  expect(await vote(erik, change)).toMatchObject({ ok: true, value: { state: 'approved' } })
})

test('two orders opened at once by two last votes open the next order once', async () => {
  const { erik, ben } = at.viewers
  const second: StageTerms = {
    ...OWNER,
    name: 'Second look',
    rule: { source: 'named', people: ['hugo.meyer'] },
  }
  await inForce(OWNER, second, { ...CONTROL, order: 2 })
  for (let round = 0; round < 8; round += 1) {
    const change = await asked()
    const both = await Promise.all([vote(ben, change), vote(hugo, change)])
    expect(both.every(({ ok }) => ok)).toBe(true)
    expect(await askedOf(change, erik)).toBe(1)
    expect(await vote(erik, change)).toMatchObject({ ok: true, value: { state: 'approved' } })
  }
})

test('a share is taken of those who may decide, rounded up; all of them means all', async () => {
  const { erik, farah } = at.viewers
  await inForce({ ...CONTROL, quorum: { percent: 51 } })
  const share = await asked()
  expect(await vote(erik, share)).toMatchObject({ value: { state: 'awaiting_approval' } })
  expect(await vote(farah, share)).toMatchObject({ value: { state: 'approved' } })
  await at.rows('update approval_policy set active_version = null')
  await inForce({ ...OWNER, quorum: 'all', rule: { source: 'group', group: 'payments-core' } })
  const all = await asked()
  expect(await vote(at.viewers.ben, all), 'Ada asked, so Ben is all of them').toMatchObject({
    value: { state: 'approved' },
  })
})

test('rejections end a change at the stage’s number, or when the quorum is out of reach', async () => {
  const { erik, farah } = at.viewers
  const no = { verdict: 'reject', comment: 'not like this' } as const
  await inForce({ ...CONTROL, veto: 2 })
  const dissent = await asked()
  expect(await vote(erik, dissent, no)).toMatchObject({ value: { state: 'awaiting_approval' } })
  expect(await vote(farah, dissent)).toMatchObject({ value: { state: 'approved' } })
  const both = await asked()
  await vote(erik, both, no)
  expect(await vote(farah, both, no)).toMatchObject({ value: { state: 'rejected' } })
  await at.rows('update approval_policy set active_version = null')
  await inForce({ ...CONTROL, quorum: 2, veto: 'none' })
  const unreachable = await asked()
  expect(await vote(erik, unreachable, no)).toMatchObject({ value: { state: 'rejected' } })
  expect(await stateOf(unreachable)).toBe('rejected')
})

test('a stage that asks for a comment or a fresh sign-in takes no approval without', async () => {
  const { erik } = at.viewers
  await inForce({ ...CONTROL, commentRequired: true, stepUpMinutes: 15 })
  const change = await asked()
  const old = { ...erik, authTime: Date.now() - 16 * 60_000 }
  expect(await vote(old, change, { comment: 'read' })).toMatchObject({
    error: { code: 'step_up_needed', minutes: 15 },
  })
  expect(await vote({ ...erik, authTime: 0 }, change, { comment: 'read' })).toMatchObject({
    error: { code: 'step_up_needed' },
  })
  expect(await vote(erik, change)).toMatchObject({ error: { code: 'comment_required' } })
  const votes = await at.rows('select from decision where change_id = $1', change.changeId)
  expect(votes).toHaveLength(0)
  expect(await vote(erik, change, { comment: 'read' })).toMatchObject({
    value: { state: 'approved' },
  })
})

test('an approval that lapsed sends the change back at its start', async () => {
  await inForce({ ...CONTROL, validHours: 2 })
  const change = await asked()
  await vote(at.viewers.erik, change)
  await at.rows(`alter table decision disable trigger user`)
  await at.rows(
    `update decision set decided_at = now() - interval '3 hours' where change_id = $1`,
    change.changeId,
  )
  await at.rows(`alter table decision enable trigger user`)
  await startChange(at.worker, change.changeId)
  expect(await stateOf(change)).toBe('changes_requested')
  const [last] = await at.rows<{ reason: string }>(
    'select reason from change_transition where change_id = $1 order by seq desc limit 1',
    change.changeId,
  )
  expect(last?.reason).toContain('older than the 2 hours')
  const request = aRequest(`staged-${count}`, { ...TEST_ONLY, reason: 'asked again' })
  const again = await requestService(at.organisation.platform, at.viewers.ada, {
    ...{ request, changeId: change.changeId, baseRevision: 1 },
  })
  expect(again).toMatchObject({ ok: true, value: { revision: 2 } })
  expect(await stateOf(change)).toBe('awaiting_approval')
  if (!again.ok) throw new Error('not asked again')
  expect(await vote(at.viewers.erik, again.value)).toMatchObject({ value: { state: 'approved' } })
  await startChange(at.worker, change.changeId)
  expect(await stateOf(change)).toBe('executing')
})

test('the owning group, the manager and named people may be asked; who is not known is nobody', async () => {
  const { ada, ben, erik } = at.viewers
  await at.rows(`update person set manager_id = $1 where id = $2`, erik.id, ada.id)
  await inForce(
    { ...OWNER, name: 'Team', rule: { source: 'service_owner' } },
    { ...OWNER, name: 'Manager', rule: { source: 'manager' } },
    { ...OWNER, name: 'Named', rule: { source: 'named', people: ['hugo.meyer'] } },
  )
  const change = await asked()
  expect(await vote(ben, change)).toMatchObject({ value: { stage: 'Team' } })
  expect(await vote(erik, change)).toMatchObject({ value: { stage: 'Manager' } })
  expect(await vote(hugo, change)).toMatchObject({ value: { stage: 'Named', state: 'approved' } })
  await at.rows(`update person set manager_id = null where id = $1`, ada.id)
  const request = aRequest('unmanaged', TEST_ONLY)
  const refused = await requestService(at.organisation.platform, ada, { request })
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
  expect(JSON.stringify(refused)).toContain('Manager')
})

test('a vote that an edit keeps, keeps its time and its sign-in', async () => {
  await inForce({ ...OWNER, sections: ['repository'], quorum: 2 })
  const change = await asked()
  await vote(at.viewers.ben, change)
  const request = aRequest(`staged-${count}`, { ...TEST_ONLY, reason: 'other words' })
  const edited = await requestService(at.organisation.platform, at.viewers.ada, {
    ...{ request, changeId: change.changeId, baseRevision: 1 },
  })
  expect(edited).toMatchObject({ ok: true, value: { revision: 2 } })
  const kept = await at.rows<{ same: boolean }>(
    `select d.decided_at = o.decided_at and d.auth_time = o.auth_time as same from decision d join decision o on o.id = d.carried_from where d.change_id = $1`,
    change.changeId,
  )
  expect(kept).toEqual([{ same: true }])
})
