import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { readService } from '#lib/cmdb/service-queries.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import type { Running } from '#lib/testing/retirements.ts'
import { rollbacks } from '#lib/testing/rollbacks.ts'
import { retryRun } from '../operate-run.ts'
import { sweepCluster } from '../sweep-cluster.ts'

let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof rollbacks>>

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  at = await rollbacks(parts)
  await parts.rows(
    `update tenant_quota set instances = 99, cpu_milli = 999999, memory_mib = 999999 returning 1`,
  )
}, 120_000)
afterEach(async () => {
  await parts.fleetFaults([])
})
afterAll(async () => {
  await worker?.kill()
  await at?.close()
  await parts?.close()
})

const GIT = 'source.toolkit.fluxcd.io/v1'
const refOf = async (service: Running, place = 0) =>
  ((await at.read(service, GIT, 'GitRepository', place))?.spec as { ref?: object } | undefined)?.ref
const recorded = (service: Running) =>
  parts.rows<{ commit: string; cluster: string; source: string }>(
    `select r.commit, k.name as cluster, r.source from instance_revision r join service_instance i on i.id = r.instance_id join cluster k on k.id = i.cluster_id
      where i.service_id = $1 order by k.name, r.first_ready_at`,
    service.id,
  )
const pins = (service: Running) =>
  parts.rows<{ cluster: string; commit: string | null; number: number | null }>(
    `select k.name as cluster, i.pinned_revision as commit, h.number::int as number from service_instance i join cluster k on k.id = i.cluster_id
      left join change h on h.id = i.pinned_by where i.service_id = $1 and i.retired_at is null order by k.name`,
    service.id,
  )
const clusterId = async (place = 0) =>
  (
    await parts.rows<{ id: string }>(
      `select id from cluster where name = $1`,
      parts.clusters[place]?.name,
    )
  )[0]?.id ?? ''

/** A service that runs its second commit, the first one recorded. */
async function moved(
  name: string,
  clusters = 1,
): Promise<{ service: Running; first: string; second: string }> {
  const service = await at.running(name, clusters)
  const places = [...Array(clusters).keys()]
  const first = await at.headOf(service)
  await at.seen()
  const second = await at.pushed(service, 4)
  await at.delivered(service, second, places)
  return { service, first, second }
}

test('what Flux said Ready with is on record, by instance, once each', async () => {
  const { service, first, second } = await moved('recorded')
  await at.seen()
  expect(await recorded(service)).toMatchObject([{ commit: first }, { commit: second }])
  const page = await readService(parts.organisation.platform, at.ada, {
    tenant: 'payments',
    slug: service.name,
  })
  expect(page?.instances).toMatchObject([{ earlier: true, pin: null }])
})

test('rolled back on two clusters, the branch moves on, a sweep and a rebuild keep the pin, and it follows again', async () => {
  const { service, first, second } = await moved('rolled', 2)
  const { changeId, number } = await at.begun(service, { commit: first })
  await at.closed(changeId)
  for (const place of [0, 1]) {
    expect(await refOf(service, place)).toEqual({ branch: 'main', commit: first })
    expect(await at.runs(service, place)).toBe(`main@sha1:${first}`)
    expect(await at.keeps(service, place)).toBe(3)
  }
  expect(await pins(service)).toMatchObject([
    { commit: first, number },
    { commit: first, number },
  ])
  const third = await at.pushed(service, 5)
  await at.poked(service)
  await at.seen()
  expect(await at.runs(service)).toBe(`main@sha1:${first}`)
  await sweepCluster(at.hand, await clusterId())
  const findings = await parts.rows(
    `select 1 from drift_finding d join target t on t.id = d.target_id where t.namespace = $1 and d.resolved_at is null`,
    service.namespace,
  )
  expect(findings).toEqual([])
  expect(await refOf(service)).toEqual({ branch: 'main', commit: first })

  await parts.rebuildCluster(parts.clusters[1]?.name ?? '')
  await at.seen()
  await until('the rebuilt cluster runs the pinned commit', 120, async () => {
    const runs = await at.runs(service, 1).catch(() => '')
    return runs.endsWith(first)
  })
  expect(await refOf(service, 1)).toEqual({ branch: 'main', commit: first })
  await until('the rebuild is over', 90, async () => {
    await at.seen()
    const open = await parts.rows(`select 1 from cluster_rebuild where ended_at is null`)
    return open.length === 0
  })

  const follow = await at.begun(service, { commit: null })
  await at.closed(follow.changeId)
  for (const place of [0, 1]) {
    expect(await refOf(service, place)).toEqual({ branch: 'main' })
    expect(await at.runs(service, place)).toBe(`main@sha1:${third}`)
    expect(await at.keeps(service, place)).toBe(5)
  }
  expect(await pins(service)).toMatchObject([{ commit: null }, { commit: null }])
  expect(second).not.toBe(third)
}, 300_000)

test('the plan says branch to commit against what stands, and what the Git host says lies between', async () => {
  const { service, first, second } = await moved('planned')
  const preview = await at.previewed(service, { commit: first })
  const items = preview?.choice?.items ?? []
  const source = items.find(({ path }) => path.includes('/GitRepository/'))
  expect(source?.body).toContain(`    branch: main\n    commit: ${first}`)
  expect(items.filter(({ clusterId: on }) => on)).toHaveLength(1)
  expect(preview?.choice?.between).toEqual({
    state: 'known',
    crossings: [{ from: second, targets: 1, standing: 'ahead', commits: 1, files: 1 }],
  })
  const { planHash: hash } = await at.asked(service, { commit: first })
  const { targets } = await readPlan(parts.organisation.platform, at.farah, { hash })
  expect(targets[0]?.items[0]?.text).toBe(source?.body)
  expect(targets[0]?.items[0]?.previous).toBe(source?.body.replace(`    commit: ${first}\n`, ''))
})

test('a cluster that refuses fails alone, says so, and is retried', async () => {
  const { service, first } = await moved('halfway', 2)
  const { namespace, name } = service
  const taken = {
    ...{ apiVersion: GIT, kind: 'GitRepository', metadata: { name, namespace } },
    spec: { ref: { branch: 'main', commit: 'f'.repeat(40) } },
  }
  await at.handAt(1).edit(taken, { spec: taken.spec }, 'argocd')
  const { changeId } = await at.begun(service, { commit: first })
  await until('it has failed', 60, async () => (await at.state(changeId)) === 'failed')
  expect(await at.log(changeId)).toContain('argocd owns')
  expect(await pins(service)).toMatchObject([{ commit: first }, { commit: null }])
  await at.handAt(1).edit(taken, { spec: { ref: { branch: 'main', commit: null } } }, 'argocd')
  const [run] = await parts.rows<{ id: string }>(
    `select id from run where change_id = $1 order by attempt desc limit 1`,
    changeId,
  )
  const retried = await retryRun(parts.organisation.platform, at.ada, {
    runId: run?.id ?? '',
  })
  expect(retried.ok).toBe(true)
  await at.closed(changeId)
  expect(await pins(service)).toMatchObject([{ commit: first }, { commit: first }])
}, 240_000)

test('refused: a commit that nobody recorded, one that is gone from the branch, one’s own approval, a second change', async () => {
  const { service, first, second } = await moved('refused')
  expect(await at.ask(service, { commit: 'a'.repeat(40) })).toMatchObject({
    error: { code: 'revision_not_recorded' },
  })
  expect(await at.ask(service, { commit: null })).toMatchObject({
    error: { code: 'stands_there_already' },
  })
  expect(await at.ask(service, { commit: first }, 'f'.repeat(64))).toMatchObject({
    error: { code: 'stands_otherwise' },
  })
  const change = await at.asked(service, { commit: first })
  expect(await at.decide(at.ada, change)).toMatchObject({ ok: false })
  expect(await at.ask(service, { commit: first })).toMatchObject({
    error: { code: 'service_busy', changes: [change.number] },
  })
  await rewritten(service)
  await at.approved(change)
  await until('it has failed', 60, async () => (await at.state(change.changeId)) === 'failed')
  expect(await at.log(change.changeId)).toContain('does not stand on main any more')
  expect(await refOf(service)).toEqual({ branch: 'main' })
  expect(await at.runs(service)).toContain(second)
})

test('asked after the history was rewritten, it is refused before anybody is asked', async () => {
  const { service, first } = await moved('unreachable')
  await rewritten(service)
  expect(await at.ask(service, { commit: first })).toMatchObject({
    error: { code: 'commit_unreachable', commit: first },
  })
})

test('a plan is outdated once other bytes stand than it was rendered from', async () => {
  const { service, first } = await moved('stale')
  const change = await at.asked(service, { commit: first })
  // as another change would leave it
  await parts.rows(
    `update target_object o set manifest_hash = p.blob_hash from target t, plan_item p
      where o.target_id = t.id and t.namespace = $1 and o.kind = 'GitRepository' and p.plan_hash = decode($2, 'hex') and p.cluster_id = t.cluster_id returning 1`,
    service.namespace,
    change.planHash,
  )
  await at.approved(change)
  await until(
    'it is sent back',
    60,
    async () => (await at.state(change.changeId)) === 'changes_requested',
  )
  expect(await refOf(service)).toEqual({ branch: 'main' })
})

test('other tenants’ people, and who may not request, see no plan and ask nothing', async () => {
  const { service, first } = await moved('walled')
  for (const user of ['chen.wei', 'iris.novak', 'grace.kim']) {
    const viewer = await parts.organisation.viewer(user)
    expect(await at.previewed(service, { commit: first, viewer }), user).toBeNull()
    expect(await at.ask(service, { commit: first, viewer }), user).toMatchObject({
      error: { code: 'service_not_found' },
    })
  }
  const chen = await parts.organisation.viewer('chen.wei')
  const rows = await parts.organisation.platform.read(chen, (tx) => tx.instance_revision.count())
  expect(rows).toBe(0)
})

/** Somebody forces the branch to a history without the commits of before. */
async function rewritten({ name }: Running): Promise<void> {
  const entry = { path: 'README.md', mode: '100644', type: 'blob', content: 'anew\n' }
  const tree = await at.api<{ sha: string }>(name, 'POST', 'git/trees', { tree: [entry] })
  const commit = { message: 'Anew', tree: tree.sha, parents: [] }
  const { sha } = await at.api<{ sha: string }>(name, 'POST', 'git/commits', commit)
  await at.api(name, 'DELETE', 'branches/main/protection').catch(() => undefined)
  await at.api(name, 'PATCH', 'git/refs/heads/main', { sha, force: true })
}
