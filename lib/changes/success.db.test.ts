import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRules } from '#lib/onboarding/load-rules.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { readChange } from './page-queries.ts'
import type { ChangeSuccess, TeamSuccess } from './success.ts'
import { readTeamSuccess } from './success-queries.ts'

let at: TestChanges
let tenantId = ''

beforeAll(async () => {
  at = await testChanges()
  const [row] = await at.rows<{ id: string }>(`select id from tenant where slug = 'payments'`)
  tenantId = row?.id ?? ''
})
afterAll(() => at?.close())

type Ended = { id: string; number: number }

/** A change of a service of payments-core that ran and was closed with a code. */
async function ended(name: string, code: string, { runs = 1, days = 0 } = {}): Promise<Ended> {
  const { changeId, number } = await at.failed(name)
  for (let attempt = 2; attempt <= runs; attempt += 1)
    await at.rows(
      `insert into run (id, tenant_id, change_id, attempt, plan_hash, state) select id || '-' || $2::int, tenant_id, change_id, $2::int, plan_hash, 'succeeded' from run where change_id = $1 and attempt = 1 returning 1`,
      ...[changeId, attempt],
    )
  await at.rows(
    `update change set state = 'closed', close_code = $2, created_at = created_at - make_interval(days => $3::int) where id = $1 returning 1`,
    ...[changeId, code, days],
  )
  await at.rows(
    `insert into change_transition (change_id, seq, tenant_id, from_state, to_state, actor, at)
      select $1, max(seq) + 1, min(tenant_id), 'verifying', 'closed', 'sys:worker', now() - make_interval(days => $2::int) from change_transition where change_id = $1 returning 1`,
    ...[changeId, days],
  )
  return { id: changeId, number }
}

async function successOf({ number }: Ended): Promise<ChangeSuccess | null | undefined> {
  const page = await readChange(at.organisation.platform, at.viewers.ada, { number })
  return page?.success
}

/** A change that takes the service of another one back, so many days after its close. */
async function takenBack(of: Ended, days: number): Promise<number> {
  const { changeId, number } = await at.submitted(`back-${of.number}`)
  await at.rows(
    `update change set kind = 'roll_back', service_id = (select service_id from change where id = $2), created_at = (select max(at) from change_transition where change_id = $2 and to_state = 'closed') + make_interval(days => $3::int) where id = $1 returning 1`,
    ...[changeId, of.id, days],
  )
  return number
}

function teamRecord(): Promise<TeamSuccess> {
  const about = { template: '', team: 'payments-core' }
  return at.workerDb.inContext(AS_WORKER, async (tx) => {
    const { history } = await loadRules(tx, tenantId, about)
    return history.success
  })
}

test('a change is scored by how it was closed, by its runs, and by being taken back within a week', async () => {
  const smooth = await ended('smooth', 'successful', { days: 20 })
  expect(await successOf(smooth)).toEqual({ score: 100, furtherRuns: 0, undoneBy: null })
  expect(await successOf(await ended('twice', 'successful', { runs: 2 }))).toMatchObject({
    score: 85,
    furtherRuns: 1,
  })
  expect(await successOf(await ended('often', 'with_issues', { runs: 5 }))).toMatchObject({
    score: 30,
    furtherRuns: 4,
  })
  expect(await successOf(await ended('given-up', 'unsuccessful'))).toMatchObject({ score: 0 })
  expect(
    await successOf(
      await at.submitted('open').then(({ changeId: id, number }) => ({ id, number })),
    ),
  ).toBeNull()
  const back = await takenBack(smooth, 6)
  expect(await successOf(smooth)).toEqual({ score: 40, furtherRuns: 0, undoneBy: back })
})

test('one taken back later, or by a change that came to nothing, keeps its score', async () => {
  const kept = await ended('kept', 'successful', { days: 30 })
  await takenBack(kept, 8)
  expect(await successOf(kept)).toMatchObject({ score: 100, undoneBy: null })
  const refused = await ended('refused', 'successful', { days: 30 })
  const number = await takenBack(refused, 2)
  await at.rows(`update change set state = 'rejected' where number = $1 returning 1`, number)
  expect(await successOf(refused)).toMatchObject({ score: 100, undoneBy: null })
})

test('a team’s score is the mean of its last 90 days, the same for its risk and for whoever reads the tenant', async () => {
  const before = await teamRecord()
  await ended('old', 'unsuccessful', { days: 91 })
  expect(await teamRecord()).toEqual(before)
  await ended('fresh', 'unsuccessful', { days: 89 })
  const after = await teamRecord()
  expect(after.changes).toBe(before.changes + 1)
  expect(after.score).toBe(
    Math.round(((before.score ?? 0) * before.changes) / (before.changes + 1)),
  )
  const { platform } = at.organisation
  expect(await readTeamSuccess(platform, at.viewers.grace, tenantId)).toContainEqual(after)
})
