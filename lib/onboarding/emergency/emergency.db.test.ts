import { afterAll, beforeAll, expect, test } from 'vitest'
import { readReview } from '#lib/changes/review-queries.ts'
import { closeFailedChange } from '#lib/onboarding/close-failed-change.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { EMERGENCY, emergencies } from '#lib/testing/emergencies.ts'
import { breakRun } from '#lib/testing/history/runs.ts'
import type { Viewer } from '#lib/viewer.ts'

let at: TestChanges
let e: ReturnType<typeof emergencies>
let hugo: Viewer

const SMALL = { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }

beforeAll(async () => {
  at = await testChanges()
  e = emergencies(at)
  hugo = await at.organisation.viewer('hugo.meyer')
})
afterAll(() => at?.close())

const events = (changeId: string, action: string) =>
  at.rows(`select from audit_event where subject = $1 and action = $2`, changeId, action)
const told = (changeId: string, event: string) =>
  at.rows<{ name: string }>(
    `select p.user_name as name from notice n join person p on p.id = n.person_id where n.change_id = $1 and n.event like $2 order by 1`,
    changeId,
    `${event}%`,
  )

test('an emergency is decided by one on call, freshly signed in and with a comment; never by its requester', async () => {
  const begun = await e.begin('em-path')
  expect(begun.type).toBe('emergency')
  const stages = await at.rows(
    `select name, comment_required, step_up_minutes, valid_hours from approval_stage where change_id = $1`,
    begun.changeId,
  )
  expect(stages).toEqual([
    { name: 'On call', comment_required: true, step_up_minutes: 15, valid_hours: 4 },
  ])
  const checks = await at.rows(
    `select from check_result where change_id = $1 and phase = 'submit'`,
    begun.changeId,
  )
  expect(checks.length).toBeGreaterThan(10)
  const { changeId, planHash } = begun
  const stale = { ...at.viewers.farah, authTime: Date.now() - 16 * 60_000 }
  const approve = { changeId, planHash, verdict: 'approve', comment: 'go' } as const
  expect(await decideChange(at.organisation.platform, stale, approve)).toMatchObject({
    error: { code: 'step_up_needed' },
  })
  expect(await e.vote(begun, at.viewers.farah, '')).toMatchObject({
    error: { code: 'comment_required' },
  })
  expect(await e.vote(begun, at.viewers.erik)).toMatchObject({ error: { code: 'not_an_approver' } })
  const own = await e.ask('em-own', { ...SMALL, emergency: EMERGENCY }, at.viewers.ben)
  if (!own.ok) throw new Error(JSON.stringify(own.error))
  expect(await e.vote(own.value, at.viewers.ben)).toMatchObject({
    error: { code: 'barred_from_approving' },
  })
  expect(await e.vote(begun, at.viewers.farah)).toMatchObject({
    ok: true,
    value: { state: 'approved' },
  })
})

test('its incident and review are seen in its own tenant and by those who review, and nowhere else', async () => {
  const { changeId } = await e.begin('em-walled')
  const { platform, viewer } = at.organisation
  const seen = async (who: string) =>
    (await readReview(platform, await viewer(who), changeId))?.incident ?? null
  expect(await seen('ada.okafor')).toBe(EMERGENCY.incident)
  expect(await seen('hugo.meyer')).toBe(EMERGENCY.incident)
  expect(await seen('chen.wei')).toBeNull()
  expect(await seen('dana.silva')).toBeNull()
})

test('owners, team and reviewers are told of it once', async () => {
  const { changeId } = await e.begin('em-told')
  const people = await told(changeId, 'emergency.asked')
  expect(people.map(({ name }) => name)).toEqual([
    'ben.carter',
    'erik.lund',
    'farah.haddad',
    'hugo.meyer',
  ])
})

test('what a standard change would cover is no standard change when asked for as an emergency', async () => {
  const answer = await e.ask('em-small', { ...SMALL, emergency: EMERGENCY })
  expect(answer).toMatchObject({ ok: true, value: { type: 'emergency' } })
})

test('the same checks block an emergency', async () => {
  const answer = await e.ask('em-blocked', { ...SMALL, costCode: 'CC-40001', emergency: EMERGENCY })
  expect(answer).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
})

test('where no policy names emergencies, or none says who reviews, it is refused with the reason', async () => {
  await at.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     select v.policy_id, x.version, v.tenant_id, x.scope, v.body - 'review', sha256(x.version::text::bytea), clock_timestamp(), 'sys:one', 'sys:other'
     from approval_policy_version v join approval_policy p on p.id = v.policy_id and p.name = 'Emergency change',
       (values (2, '{}'::jsonb), (3, '{"types":["emergency"]}'::jsonb)) as x(version, scope)`,
  )
  const answerBy = async (version: number) => {
    await at.rows(
      `update approval_policy set active_version = $1::int where name = 'Emergency change'`,
      version,
    )
    return JSON.stringify(await e.ask('em-none', { ...SMALL, emergency: EMERGENCY }))
  }
  const [speaksOfAll, reviewless] = [await answerBy(2), await answerBy(3)]
  expect(await answerBy(1)).toContain('"ok":true')
  expect(speaksOfAll).toContain('no approval policy speaks of emergency changes here')
  expect(reviewless).toContain('names nobody who reviews them afterwards')
})

test('after its run it waits for a review with a deadline, and is closed by it alone', async () => {
  const begun = await e.due('em-review')
  expect(await e.state(begun)).toBe('review_due')
  const [row] = await at.rows<{ hours: number }>(
    `select round(extract(epoch from due_at - now()) / 3600)::int as hours from emergency_review where change_id = $1`,
    begun.changeId,
  )
  expect(row?.hours).toBe(72)
  expect((await told(begun.changeId, 'review.asked')).map(({ name }) => name)).toEqual([
    'erik.lund',
    'hugo.meyer',
  ])
  expect(await e.review(begun, at.viewers.ada)).toMatchObject({
    error: { code: 'barred_from_reviewing', why: 'requested it' },
  })
  expect(await e.review(begun, at.viewers.farah)).toMatchObject({
    error: { code: 'barred_from_reviewing', why: 'decided on it' },
  })
  expect(await e.review(begun, at.viewers.ben)).toMatchObject({ error: { code: 'not_a_reviewer' } })
  expect(await e.review({ ...begun, planHash: 'f'.repeat(64) }, hugo)).toMatchObject({
    error: { code: 'review_plan_differs' },
  })
  expect(await e.review(begun, hugo, 'with_issues')).toEqual({
    ok: true,
    value: { state: 'closed' },
  })
  expect(
    await at.rows(`select state, close_code from change where id = $1`, begun.changeId),
  ).toEqual([{ state: 'closed', close_code: 'with_issues' }])
  expect(
    await at.rows(
      `select encode(plan_hash, 'hex') as hash, justified, follow_ups from emergency_review where change_id = $1`,
      begun.changeId,
    ),
  ).toEqual([{ hash: begun.planHash, justified: true, follow_ups: 'raise the limit' }])
  expect(await events(begun.changeId, 'change.reviewed')).toHaveLength(1)
  expect(await e.review(begun, at.viewers.erik)).toMatchObject({
    error: { code: 'illegal_transition' },
  })
  await expect(
    at.rows(
      `update emergency_review set happened = 'something else' where change_id = $1`,
      begun.changeId,
    ),
  ).rejects.toThrow()
})

test('one that was given up is reviewed as well, and not as a success', async () => {
  const begun = await e.begin('em-given-up')
  await e.vote(begun, at.viewers.farah)
  await startChange(at.worker, begun.changeId)
  await breakRun(at, begun.changeId)
  const answer = await closeFailedChange(at.organisation.platform, at.viewers.ada, {
    changeId: begun.changeId,
    reason: 'no use',
  })
  expect(answer.ok).toBe(true)
  expect(await e.state(begun)).toBe('review_due')
  expect(await e.review(begun, hugo)).toMatchObject({ error: { code: 'run_was_given_up' } })
  expect(await e.review(begun, hugo, 'unsuccessful')).toMatchObject({ ok: true })
})

test('an overdue review suspends what is pre-authorised for the team until it is done', async () => {
  const before = await e.ask('em-before', SMALL)
  if (!before.ok) throw new Error(JSON.stringify(before.error))
  const begun = await e.overdue('em-overdue')
  expect(await e.state(begun)).toBe('overdue')
  const people = (await told(begun.changeId, 'review.overdue')).map(({ name }) => name)
  expect(people).toEqual(['ada.okafor', 'ben.carter', 'erik.lund', 'farah.haddad', 'hugo.meyer'])
  const meanwhile = await e.ask('em-meanwhile', SMALL)
  expect(meanwhile).toMatchObject({ ok: true, value: { type: 'normal' } })
  const reasons = await at.rows<{ reason: string }>(
    `select reason from change_transition where change_id = $1 and to_state = 'awaiting_approval'`,
    meanwhile.ok ? meanwhile.value.changeId : '',
  )
  expect(reasons[0]?.reason).toContain(`CHG-${begun.number} is overdue`)
  await startChange(at.worker, before.value.changeId)
  expect(await e.state(before.value)).toBe('changes_requested')
  expect(
    await e.ask('em-other-team', { ...SMALL, owningTeam: 'payments-developers' }),
  ).toMatchObject({ value: { type: 'standard' } })
  expect(await e.review(begun, hugo)).toMatchObject({ ok: true })
  expect(await e.ask('em-after', SMALL)).toMatchObject({ value: { type: 'standard' } })
})

test('one that failed and that nobody gave up owes its review all the same: overdue, it suspends as well', async () => {
  const begun = await e.begin('em-left')
  await e.vote(begun, at.viewers.farah)
  await startChange(at.worker, begun.changeId)
  await breakRun(at, begun.changeId)
  const [owed] = await at.rows<{ due: Date | null }>(
    `select due_at as due from emergency_review where change_id = $1`,
    begun.changeId,
  )
  expect(owed?.due?.getTime()).toBeGreaterThan(Date.now())
  expect(await e.ask('em-left-early', SMALL)).toMatchObject({ value: { type: 'standard' } })
  await e.late(begun)
  await e.miss()
  await e.miss()
  expect(await e.state(begun)).toBe('failed')
  expect((await told(begun.changeId, 'review.overdue')).length).toBe(5)
  expect(await e.ask('em-left-late', SMALL)).toMatchObject({ value: { type: 'normal' } })
  await closeFailedChange(at.organisation.platform, at.viewers.ada, {
    changeId: begun.changeId,
    reason: 'no use',
  })
  await e.miss()
  expect(await e.state(begun)).toBe('overdue')
  expect(await e.review(begun, hugo, 'unsuccessful')).toMatchObject({ ok: true })
  expect(await e.ask('em-left-after', SMALL)).toMatchObject({ value: { type: 'standard' } })
})

test('of two reviewers at once exactly one is taken', async () => {
  const begun = await e.due('em-two')
  const answers = await Promise.all([
    e.review(begun, hugo),
    e.review(begun, at.viewers.erik, 'unsuccessful'),
  ])
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
  expect(
    answers.filter((answer) => !answer.ok && answer.error.code === 'illegal_transition'),
  ).toHaveLength(1)
  expect(await events(begun.changeId, 'change.reviewed')).toHaveLength(1)
  expect(await events(begun.changeId, 'change.closed')).toHaveLength(1)
})

test('many timers call it overdue once, and a review at the same moment closes it all the same', async () => {
  const begun = await e.due('em-timers')
  await e.late(begun)
  const [review] = await Promise.all([e.review(begun, hugo), e.miss(), e.miss(), e.miss()])
  expect(review).toMatchObject({ ok: true })
  expect(await e.state(begun)).toBe('closed')
  expect((await events(begun.changeId, 'change.review_overdue')).length).toBeLessThanOrEqual(1)
  const other = await e.due('em-timers-alone')
  await e.late(other)
  await Promise.all([e.miss(), e.miss(), e.miss(), e.miss()])
  expect(await events(other.changeId, 'change.review_overdue')).toHaveLength(1)
  expect(await told(other.changeId, 'review.overdue')).toHaveLength(5)
  await e.review(other, hugo)
})

test('before its deadline nothing is overdue', async () => {
  const begun = await e.due('em-in-time')
  await e.miss()
  expect(await e.state(begun)).toBe('review_due')
})
