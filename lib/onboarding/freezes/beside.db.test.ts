import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { testFreezes } from '#lib/testing/freezes.ts'
import type { Viewer } from '#lib/viewer.ts'
import { askBaseline } from '../baseline/ask-baseline.ts'
import { previewBaseline } from '../baseline/preview-baseline.ts'
import { decideChange } from '../decide-change.ts'
import { startChange } from '../start-change.ts'

let on: TestChanges
beforeAll(async () => {
  on = await testChanges()
})
afterAll(() => on.close())

const { saved, approved, standing, thaw } = testFreezes(() => on)
afterEach(thaw)

async function beside(viewer: Viewer, number: number) {
  return (await readChange(on.organisation.platform, viewer, { number }))?.beside
}

/** A baseline of the cluster, as a look would have found it bare, asked for and approved. */
async function baselineOf(cluster: string): Promise<{ changeId: string; number: number }> {
  const { platform } = on.organisation
  await on.rows(
    `insert into cluster_baseline_reading (cluster_id, objects) select id, '[]' from cluster where name = $1`,
    cluster,
  )
  const seen = await previewBaseline(platform, on.viewers.grace, cluster)
  const asked = await askBaseline(platform, on.viewers.grace, {
    clusterId: seen?.cluster.id ?? '',
    planHash: seen?.planHash ?? '',
    reason: 'the cluster is new',
  })
  if (!asked.ok) throw new Error(JSON.stringify(asked.error))
  const { changeId, planHash, number } = asked.value
  const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
  const voted = await decideChange(platform, on.viewers.erik, vote)
  if (!voted.ok) throw new Error(JSON.stringify(voted.error))
  return { changeId, number }
}

test('another change under way on the same service is told, one that ended or waits for votes is not', async () => {
  const first = await on.failed('beside-first')
  const [other, waits, mine] = [
    await approved('beside-other'),
    await on.submitted('beside-waits'),
    await on.submitted('beside-mine'),
  ]
  expect(await beside(on.viewers.ada, mine.number)).toEqual([])
  await on.rows(
    `update change set service_id = (select service_id from change where id = $1) where id = any ($2)`,
    first.changeId,
    [other.changeId, waits.changeId, mine.changeId],
  )
  expect(await beside(on.viewers.ada, mine.number)).toMatchObject([
    { number: other.number, state: 'approved', why: 'service' },
  ])
  expect(await beside(on.viewers.ada, other.number)).toEqual([])
})

test('a freeze of a cluster holds its baseline, which is told beside what acts there, to whoever may see it', async () => {
  await saved({ scope: { tenants: [], environments: [], clusters: ['test-eu-1'] } })
  const baseline = await baselineOf('test-eu-1')
  await startChange(on.worker, baseline.changeId)
  expect(await standing(baseline.changeId)).toMatchObject({ state: 'blocked', held: 'Year end' })
  const mine = await on.submitted('beside-baseline')
  expect(await beside(on.viewers.grace, mine.number)).toMatchObject([
    { number: baseline.number, state: 'blocked', why: 'baseline' },
  ])
  expect(await beside(on.viewers.ada, mine.number)).toEqual([])
})
