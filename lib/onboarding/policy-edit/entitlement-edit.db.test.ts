import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceRun } from '../advance-run.ts'
import { decideChange } from '../decide-change.ts'
import { requestService } from '../request-service.ts'
import type { AskedChange } from '../seal-change.ts'
import { startChange } from '../start-change.ts'
import { previewEntitlements, proposeEntitlements } from './propose-entitlements.ts'

let at: TestChanges
let hugo: Viewer

beforeAll(async () => {
  at = await testChanges()
  hugo = await at.organisation.viewer('hugo.meyer')
  for (const name of ['first', 'second']) await at.submitted(name)
})
afterAll(() => at.close())

const NO_TEST = `
@id("no_test")
@title("Nothing new in test")
@remedy("Wait until the move of the test clusters is over.")
@who("the platform team")
forbid (principal, action == Action::"place", resource)
when { context.environment == "test" };
`
const OVERFLOWS = `
@id("sums")
@title("Sums")
forbid (principal, action == Action::"onboard", resource)
when { context.data_class * 9223372036854775807 * 2 > 1 };
`

const preview = (text: string) =>
  previewEntitlements(at.organisation.platform, at.viewers.grace, { text })

async function asked(text: string): Promise<AskedChange> {
  const seen = await preview(text)
  if (!seen.ok) throw new Error(JSON.stringify(seen.error))
  const { planHash } = seen.value
  const answer = await proposeEntitlements(at.organisation.platform, at.viewers.grace, {
    text,
    reason: 'because',
    planHash,
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

async function performed({
  changeId,
  planHash,
}: AskedChange): Promise<{ state: string; run: string | null }> {
  const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
  expect(await decideChange(at.organisation.platform, hugo, vote)).toMatchObject({
    value: { state: 'approved' },
  })
  await startChange(at.worker, changeId)
  const [run] = await at.rows<{ id: string }>('select id from run where change_id = $1', changeId)
  if (run) await advanceRun(at.worker, run.id)
  const sql = `select c.state, (select s.error->>'detail' from run r join step s on s.run_id = r.id where r.change_id = c.id) as run from change c where id = $1`
  const [row] = await at.rows<{ state: string; run: string | null }>(sql, changeId)
  return row ?? { state: '', run: null }
}

test('a new rule is replayed over the requests there were, approved as the very text, and refuses from then on', async () => {
  const text = BUILTIN_POLICIES + NO_TEST
  const seen = await preview(text)
  expect(seen).toMatchObject({
    ok: true,
    value: {
      ...{ loosened: [], stages: ['Second administrator'] },
      replay: { looked: 2, skipped: 0, differ: 2, broken: [] },
    },
  })
  expect(seen.ok && seen.value.replay.shown[0]?.moved).toMatchObject([
    { title: 'Nothing new in test', before: 'not asked', after: 'fail' },
  ])
  const change = await asked(text)
  const plan = await readPlan(at.organisation.platform, at.viewers.grace, { hash: change.planHash })
  expect(plan.policies[0], 'what moves stands first').toMatchObject({ action: 'create' })
  expect(plan.policies.filter(({ action }) => action !== 'keep')).toMatchObject([
    { path: 'entitlements/no_test', action: 'create' },
  ])
  expect(await performed(change)).toEqual({ state: 'closed', run: null })
  const versions = await at.rows<object>(
    'select version, effective_to is null as current, approved_by as by from entitlement_policy order by version',
  )
  expect(versions).toEqual([
    { version: 1, current: false, by: expect.any(String) },
    { version: 2, current: true, by: hugo.id },
  ])
  const refused = await requestService(at.organisation.platform, at.viewers.ada, {
    request: aRequest('third', TEST_ONLY),
  })
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
})

test('a rule that is taken away says so, and whom it would let through', async () => {
  const without = BUILTIN_POLICIES.replace(/@id\("cost_code"\)[^;]*;/, '')
  const seen = await preview(without)
  expect(seen).toMatchObject({
    ok: true,
    value: { loosened: expect.arrayContaining(['“The cost code can be charged” is gone']) },
  })
  expect(
    seen.ok && seen.value.replay.broken[0],
    'a check without its rule decides nothing',
  ).toContain('no rule in force')
})

test('what Cedar refuses, and what errs on past requests, is not even asked for', async () => {
  const { platform } = at.organisation
  expect(await preview('forbid (principal')).toMatchObject({ error: { code: 'policy_invalid' } })
  const typo = NO_TEST.replace('context.environment ', 'context.enviroment ')
  expect(await preview(BUILTIN_POLICIES + typo)).toMatchObject({
    error: { code: 'policy_invalid', problems: [expect.stringContaining('enviroment')] },
  })
  const twice = await preview(BUILTIN_POLICIES + NO_TEST + NO_TEST)
  expect(twice).toMatchObject({ error: { code: 'policy_invalid' } })
  const text = BUILTIN_POLICIES + OVERFLOWS
  const seen = await preview(text)
  expect(seen.ok && seen.value.replay.broken).toEqual([expect.stringContaining('Sums')])
  const asks = { text, reason: 'because', planHash: seen.ok ? seen.value.planHash : '' }
  expect(await proposeEntitlements(platform, at.viewers.grace, asks)).toMatchObject({
    error: { code: 'policy_breaks' },
  })
  expect(await proposeEntitlements(platform, at.viewers.ada, asks)).toMatchObject({
    error: { code: 'policy_not_found' },
  })
})

test('a text that errs on a request which came after it was asked for never comes into force', async () => {
  const big = OVERFLOWS.replace(
    'context.data_class *',
    'context.data_class * context.services_left *',
  ).replace('9223372036854775807', '46116860184273')
  const text = BUILTIN_POLICIES + big
  await at.rows(`update tenant set max_services = 3`)
  const change = await asked(text).catch((error: Error) => error)
  expect(change).not.toBeInstanceOf(Error)
  await at.rows('update tenant set max_services = 1000000')
  const dev = aRequest('fourth', {
    targets: [{ environment: 'dev', cluster: 'dev-eu-1' }],
    dataClass: 1,
  })
  expect(
    await requestService(at.organisation.platform, at.viewers.ada, { request: dev }),
  ).toMatchObject({ ok: true })
  if (change instanceof Error) return
  expect(await performed(change)).toEqual({ state: 'failed', run: expect.stringContaining('Sums') })
  const [row] = await at.rows<{ version: number }>(
    'select version from entitlement_policy where effective_to is null',
  )
  expect(row?.version).toBe(2)
})
