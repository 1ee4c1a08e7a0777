import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { recordAbsent, recordObserved } from '#lib/fleet/store.ts'
import { AS_WORKER, TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { advanceRun } from './advance-run.ts'
import { requestService } from './request-service.ts'
import { reviewChange } from './review-change.ts'

let at: TestChanges
let turn = 0
let name = ''

beforeAll(async () => {
  at = await testChanges()
})

afterAll(async () => {
  await at?.close()
})

beforeEach(() => {
  turn += 1
  name = `work-${turn}`
})

test('a worker that finds a step held looks again the moment the lease runs out', async () => {
  const { runId } = await at.running(name)
  await at.rows(
    `update step set state = 'running', worker = 'dead', lease_until = clock_timestamp() + interval '6 seconds' where run_id = $1 and ordinal = 0`,
    runId,
  )
  await advanceRun(at.worker, runId)
  await advanceRun(at.worker, runId)
  const jobs = await at.rows<{ after: number }>(
    `select extract(epoch from start_after - now())::float8 as after from pgboss.job where name = 'run.advance' and singleton_key = $1 || ':lease' and state = 'created'`,
    runId,
  )
  expect(jobs.length).toBe(1)
  expect(jobs[0]?.after).toBeGreaterThan(3)
  expect(jobs[0]?.after).toBeLessThanOrEqual(7.1)
})

test('of one key one job waits; a timer is moved, not doubled', async () => {
  const { runId } = await at.running(name)
  const args = { runId, ordinal: 3 }
  const set = (afterSeconds: number, moves?: true) =>
    at.workerDb.inContext(AS_WORKER, (tx) =>
      at.organisation.platform.queue.enqueue(tx, 'run.targets', args, {
        key: `${runId}:timer`,
        afterSeconds,
        ...(moves ? { moves } : {}),
      }),
    )
  const waits = () =>
    at.rows<{ after: number }>(
      `select round(extract(epoch from start_after - now()))::int as after from pgboss.job where name = 'run.targets' and singleton_key = $1 and state = 'created'`,
      `${runId}:timer`,
    )
  for (let n = 0; n < 20; n += 1) await set(30)
  expect((await waits()).length).toBe(1)
  await set(5, true)
  const [moved, ...more] = await waits()
  expect(more).toEqual([])
  expect(moved?.after).toBeLessThanOrEqual(5)
  await Promise.all(Array.from({ length: 8 }, (_, n) => set(n + 1, true)))
  expect((await waits()).length).toBe(1)
})

test('an object of ours that a whole look does not find is unknown; one written meanwhile is left alone', async () => {
  const { changeId } = await at.failed(name)
  const [place] = await at.rows<{ clusterId: string; namespace: string }>(
    `select i.cluster_id as "clusterId", i.namespace from service_instance i join change c on c.service_id = i.service_id where c.id = $1`,
    changeId,
  )
  if (!place) throw new Error('no instance')
  const object = (kind: string) => ({
    kind,
    namespace: place.namespace,
    name,
    uid: 'u',
    status: 'ready',
    reason: null,
    message: null,
    suspended: false,
    appliedRevision: null,
    attemptedRevision: null,
    sourceRevision: null,
    generation: 1,
    resourceVersion: '1',
  })
  const kinds = ['GitRepository', 'Kustomization']
  const both = kinds.map(object)
  const began = await at.workerDb.inContext(AS_WORKER, async (tx) => {
    await recordObserved(tx, place.clusterId, both)
    const [row] = await tx.$queryRaw<
      { now: Date }[]
    >`select clock_timestamp() + interval '1 millisecond' as now`
    return row?.now ?? new Date()
  })
  const look = (found: typeof both, from: Date) =>
    at.workerDb.inContext(AS_WORKER, (tx) =>
      recordAbsent(tx, place.clusterId, { kinds, found, began: from }),
    )
  const status = () =>
    at.rows<{ kind: string; status: string }>(
      `select kind, status from flux_object where cluster_id = $1 and namespace = $2 order by kind`,
      place.clusterId,
      place.namespace,
    )
  await look([], new Date(began.getTime() - 60_000))
  expect((await status()).map((row) => row.status)).toEqual(['ready', 'ready'])
  await look(both.slice(0, 1), began)
  expect((await status()).map((row) => row.status)).toEqual(['ready', 'unknown'])
})

test('whoever opens a change to decide it reads checks of now', async () => {
  const { changeId, number } = await at.submitted(name)
  const [tenant] = await at.rows<{ id: string }>(`select id from tenant where slug = 'payments'`)
  const review = { changeId, tenantId: tenant?.id ?? '' }
  await at.rows(
    `delete from tenant_cluster where tenant_id = $1 and cluster_id = (select id from cluster where name = 'test-eu-1')`,
    review.tenantId,
  )
  try {
    expect(await reviewChange(at.organisation.platform, at.viewers.ada, review)).toBe(false)
    expect(await reviewChange(at.organisation.platform, at.viewers.farah, review)).toBe(true)
    expect(await reviewChange(at.organisation.platform, at.viewers.farah, review)).toBe(false)
    const page = await readChange(at.organisation.platform, at.viewers.farah, { number })
    const admitted = page?.checks.find((check) => check.checkId === 'cluster_admitted')
    expect(admitted?.outcome).toBe('fail')
  } finally {
    await at.rows(
      `insert into tenant_cluster (tenant_id, cluster_id, environment, added_by) select $1, id, 'test', 'sys:test' from cluster where name = 'test-eu-1'`,
      review.tenantId,
    )
  }
})

test('two requests that fit the quota only alone do not both pass', async () => {
  const [tenant] = await at.rows<{ id: string; n: number }>(
    `select t.id, (select count(*)::int from service_instance i where i.tenant_id = t.id and i.environment = 'test' and i.retired_at is null) as n from tenant t where slug = 'payments'`,
  )
  const pending = await at.rows<{ n: number }>(
    `select count(*)::int as n from change where tenant_id = $1 and state in ('awaiting_approval','approved','scheduled','executing','failed') and service_id is null`,
    tenant?.id,
  )
  const room = (tenant?.n ?? 0) + (pending[0]?.n ?? 0) + 1
  await at.rows(
    `update tenant_quota set instances = $2 where tenant_id = $1 and environment = 'test'`,
    tenant?.id,
    room,
  )
  const answers = await Promise.all(
    [1, 2, 3].map((n) =>
      requestService(at.organisation.platform, at.viewers.ada, {
        request: aRequest(`${name}-${n}`, TEST_ONLY),
      }),
    ),
  )
  expect(answers.filter((answer) => answer.ok).length).toBe(1)
})

test('whose membership has expired decides nothing: a request that only they could approve is refused', async () => {
  const membership = (expires: string) =>
    at.rows(
      `update group_member set expires_at = ${expires} where group_id in (select id from directory_group where name in ('payments-owners', 'change-approvers'))`,
    )
  await membership(`now() - interval '1 hour'`)
  try {
    const answer = await requestService(at.organisation.platform, at.viewers.ada, {
      request: aRequest(name, { targets: [{ environment: 'prod', cluster: 'prod-eu-1' }] }),
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
  } finally {
    await membership('null')
  }
})
