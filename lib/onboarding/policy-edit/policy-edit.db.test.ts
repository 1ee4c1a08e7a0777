import { afterAll, beforeAll, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { readPlan } from '#lib/changes/plan-queries.ts'
import type { StageTerms } from '#lib/changes/policy.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceRun } from '../advance-run.ts'
import { decideChange } from '../decide-change.ts'
import { requestService } from '../request-service.ts'
import type { AskedChange } from '../seal-change.ts'
import { startChange } from '../start-change.ts'
import type { PolicyDraft } from './edit-policy.schema.ts'
import { previewPolicy } from './preview-policy.ts'
import { proposePolicy } from './propose-policy.ts'

let at: TestChanges
let hugo: Viewer

beforeAll(async () => {
  at = await testChanges()
  hugo = await at.organisation.viewer('hugo.meyer')
})
afterAll(() => at.close())

const OWNER: StageTerms = {
  name: 'Tenant owner',
  rule: { source: 'tenant_role', role: 'owner' },
  quorum: 1,
  sections: ['identity', 'data', 'capacity', 'repository', 'schedule'],
  dueHours: 48,
}

async function draftOf(name: string, differs: Partial<PolicyDraft>): Promise<PolicyDraft> {
  const sql = `select p.id, v.scope, v.body from approval_policy p join approval_policy_version v on v.policy_id = p.id where p.name = $1 order by v.version desc limit 1`
  const [row] = await at.rows<{ id: string; scope: object; body: PolicyDraft['body'] }>(sql, name)
  const there = { policyId: row?.id ?? null, name, scope: row?.scope ?? {} }
  return { ...there, body: row?.body ?? { stages: [OWNER] }, ends: false, ...differs }
}

async function proposed(draft: PolicyDraft, by = at.viewers.grace) {
  const { platform } = at.organisation
  const seen = await previewPolicy(platform, by, { draft, simulate: null })
  if (!seen.ok) return seen
  return proposePolicy(platform, by, { draft, reason: 'because', planHash: seen.value.planHash })
}

async function asked(draft: PolicyDraft): Promise<AskedChange> {
  const answer = await proposed(draft)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

function approve(
  viewer: Viewer,
  { changeId, planHash }: Pick<AskedChange, 'changeId' | 'planHash'>,
) {
  const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
  return decideChange(at.organisation.platform, viewer, vote)
}

async function inForce(change: AskedChange): Promise<string | undefined> {
  await startChange(at.worker, change.changeId)
  const [run] = await at.rows<{ id: string }>(
    'select id from run where change_id = $1',
    change.changeId,
  )
  if (run) await advanceRun(at.worker, run.id)
  const [row] = await at.rows<{ state: string }>(
    'select state from change where id = $1',
    change.changeId,
  )
  return row?.state
}

async function submit(name: string) {
  const request = aRequest(name, TEST_ONLY)
  const answer = await requestService(at.organisation.platform, at.viewers.ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

test('another version is previewed, decided by a second administrator, put in force, and asked for from then on', async () => {
  const { platform } = at.organisation
  const before = await submit('before-the-edit')
  const second: StageTerms = {
    ...OWNER,
    name: 'Control',
    rule: { source: 'group', group: 'change-approvers' },
    order: 2,
  }
  const draft = await draftOf('Owner sign-off', { body: { stages: [OWNER, second] } })
  const simulate = {
    tenant: 'payments',
    environments: ['test'],
    dataClass: 0,
    band: 'low' as const,
  }
  const seen = await previewPolicy(platform, at.viewers.grace, { draft, simulate })
  expect(seen).toMatchObject({
    ok: true,
    value: {
      ...{ loosened: [], unfillable: [], stages: ['Second administrator'] },
      replay: { looked: 1, differ: [{ number: before.number }], uncovered: 0 },
      simulation: {
        today: [{ name: 'Tenant owner', people: ['Ben Carter', 'Farah Haddad'] }],
        proposed: [
          { name: 'Tenant owner' },
          { name: 'Control', order: 2, people: ['Erik Lund', 'Farah Haddad'] },
        ],
      },
    },
  })
  const change = await asked(draft)
  expect(await approve(at.viewers.grace, change), 'their own').toMatchObject({
    error: { code: 'barred_from_approving' },
  })
  expect(await approve(at.viewers.erik, change), 'no administrator').toMatchObject({ ok: false })
  expect(await approve(hugo, change)).toMatchObject({ value: { state: 'approved' } })
  expect((await submit('while-it-waits')).type).toBe('normal')
  expect(await inForce(change)).toBe('closed')
  const [version] = await at.rows<object>(
    `select v.version, v.proposed_by as by, v.approved_by as other
     from approval_policy p join approval_policy_version v on v.policy_id = p.id and v.version = p.active_version where p.name = 'Owner sign-off'`,
  )
  expect(version).toEqual({ version: 2, by: at.viewers.grace.id, other: hugo.id })
  const after = await submit('after-the-edit')
  const stages = (await readChange(platform, at.viewers.ada, { number: after.number }))?.stages
  expect(stages?.map(({ name, state }) => [name, state])).toEqual([
    ['Tenant owner', 'open'],
    ['Control', 'waiting'],
  ])
  const kept = (await readChange(platform, at.viewers.ada, { number: before.number }))?.stages
  expect(
    kept?.map(({ name }) => name),
    'an open change keeps its stages',
  ).toEqual(['Tenant owner'])
})

test('whom only a request names is said in place of people', async () => {
  const stages: StageTerms[] = [
    { ...OWNER, name: 'Team', rule: { source: 'service_owner' } },
    { ...OWNER, name: 'Above', rule: { source: 'manager' } },
  ]
  const draft = await draftOf('Named later', { body: { stages } })
  const simulate = { tenant: 'payments', environments: ['dev'], dataClass: 0, band: 'low' as const }
  const seen = await previewPolicy(at.organisation.platform, at.viewers.grace, { draft, simulate })
  const proposed = seen.ok ? seen.value.simulation?.proposed : []
  expect(proposed?.filter(({ policy }) => policy === 'Named later')).toMatchObject([
    { people: ['the owning team'] },
    { people: ['the requester’s manager'] },
  ])
})

test('the plan shows the text beside the one in force, and only to the platform', async () => {
  const { platform } = at.organisation
  const draft = await draftOf('Confidential data', {})
  const [stage] = draft.body.stages
  if (!stage) throw new Error('no stage')
  const change = await asked({ ...draft, body: { stages: [{ ...stage, quorum: 2 }] } })
  const plan = await readPlan(platform, at.viewers.grace, { hash: change.planHash })
  expect(plan.policies).toMatchObject([
    {
      path: 'Confidential data',
      action: 'alter',
      text: expect.stringContaining('quorum: 2'),
      previous: expect.stringContaining('quorum: 1'),
    },
  ])
  expect((await readPlan(platform, at.viewers.ada, { hash: change.planHash })).policies).toEqual([])
  expect(await proposed({ ...draft, ends: true })).toMatchObject({
    error: { code: 'policy_asked_already', number: change.number },
  })
})

test('what asks for less says so; ending the last policy for a kind of change is shown as nobody to ask', async () => {
  const ends = await draftOf('Owner sign-off', { ends: true })
  const seen = await previewPolicy(at.organisation.platform, at.viewers.grace, {
    draft: ends,
    simulate: null,
  })
  expect(seen).toMatchObject({ value: { loosened: ['it asks for nothing any more'] } })
  expect(seen.ok && seen.value.replay.uncovered).toBeGreaterThan(0)
})

test('what was proposed from a version that is not the newest does not come into force', async () => {
  const one = await asked(await draftOf('Production change control', { body: { stages: [OWNER] } }))
  await approve(hugo, one)
  await at.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     select policy_id, 2, tenant_id, scope, body, hash, now(), 'sys:a', 'sys:b' from approval_policy_version v where policy_id = (select id from approval_policy where name = 'Production change control')`,
  )
  expect(await inForce(one)).toBe('changes_requested')
})

test('who does not run the platform, a name that is taken, nothing to change and a stale plan are refused', async () => {
  const { platform } = at.organisation
  const draft = await draftOf('A new rule', {})
  const planHash = '0'.repeat(64)
  const as = (viewer: Viewer) =>
    proposePolicy(platform, viewer, { draft, reason: 'because', planHash })
  expect(await as(at.viewers.ada)).toMatchObject({ error: { code: 'policy_not_found' } })
  expect(await as(at.viewers.grace)).toMatchObject({ error: { code: 'policy_moved' } })
  const taken = { ...draft, policyId: null, name: 'Confidential data' }
  expect(await proposed(taken)).toMatchObject({ error: { code: 'policy_name_taken' } })
  const same = await draftOf('Cluster baseline', {})
  expect(await proposed(same)).toMatchObject({ error: { code: 'policy_unchanged' } })
  expect(await proposed({ ...draft, policyId: 'pol_none' })).toMatchObject({
    error: { code: 'policy_not_found' },
  })
})

test('two who propose for one new name at once are queued: one is told of the other', async () => {
  const draft = await draftOf('Raced', {})
  const both = await Promise.all([proposed(draft), proposed(draft, hugo)])
  expect(both.filter(({ ok }) => ok)).toHaveLength(1)
  expect(both.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'policy_asked_already' } })
})
