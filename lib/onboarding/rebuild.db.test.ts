import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { byHand } from '#lib/testing/hand.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { type RealParts, realParts, until } from '#lib/testing/real-parts.ts'
import type { SeedCluster } from '#prisma/seed/seed.ts'
import { actOnInstance } from './act-on-instance.ts'
import { observeCluster } from './observe-cluster.ts'
import { rebuildCluster } from './rebuild-cluster.ts'
import { repairTarget } from './repair-target.ts'
import { requestService } from './request-service.ts'
import { sweepCluster } from './sweep-cluster.ts'

let parts: RealParts
let worker: InProcessWorker
let platform: WorkerPlatform
let cluster: SeedCluster
let at: { clusterId: string; namespace: string; targetId: string }

/** A service that runs; then the worker's process is gone, and what it would do is done when the test says. */
beforeAll(async () => {
  parts = await realParts()
  const process = await parts.startWorker()
  const [first] = parts.clusters
  if (!first) throw new Error('no cluster')
  cluster = first
  const request = aRequest('rebuilt', { targets: [{ environment: 'dev', cluster: cluster.name }] })
  const ada = await parts.organisation.viewer('ada.okafor')
  const answer = await requestService(parts.organisation.platform, ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
  await until('the change is closed', 90, async () => {
    const rows = await parts.rows(`select 1 from change where state = 'closed'`)
    return rows.length > 0
  })
  await process.kill()
  const [row] = await parts.rows<typeof at>(
    `select i.cluster_id as "clusterId", i.namespace, t.id as "targetId" from service_instance i join target t on t.cluster_id = i.cluster_id and t.namespace = i.namespace`,
  )
  if (!row) throw new Error('no instance')
  at = row
  worker = inProcessWorker(parts.organisation)
  const sourceHost = createGithubSourceHost({
    apiUrl: parts.gitUrl,
    token: 'token',
    writesPerMinute: 100_000,
  })
  platform = { ...worker.platform, sourceHost }
}, 180_000)

afterAll(async () => {
  await worker?.close()
  await parts?.close()
})

type Row = { id: string; cause: string; state: string; detail: string | null }
const last = async () =>
  (
    await parts.rows<Row>(
      `select id, cause, state, detail from cluster_rebuild order by began_at desc limit 1`,
    )
  )[0]
const clusterState = async () =>
  (await parts.rows<{ state: string }>(`select state from cluster where id = $1`, at.clusterId))[0]
    ?.state
const tick = async () => rebuildCluster(platform, (await last())?.id ?? '')
const inFlight = () =>
  parts.rows<{ id: string }>(
    `select id from drift_repair where rebuild_id is not null and ended_at is null`,
  )
const repairAll = async () => {
  for (const { id } of await inFlight()) await repairTarget(platform, id)
}
const audited = async (action: string) =>
  (await parts.rows(`select 1 from audit_event where action = $1`, action)).length
const secretPath = () => `/api/v1/namespaces/${at.namespace}/secrets/flux-git-auth`
const password = async () => {
  const secret = (await byHand(cluster, { method: 'GET', path: secretPath() })) as {
    data: { password: string }
  }
  return secret.data.password
}

async function converged(): Promise<void> {
  await until('it is done', 60, async () => {
    await observeCluster(platform, at.clusterId)
    await tick()
    return (await last())?.state === 'done'
  })
}

test('another uid opens one rebuild, which waits while the cluster is not fit and then primes it anew', async () => {
  const before = await password()
  await parts.rebuildCluster(cluster.name)
  await observeCluster(platform, at.clusterId)
  await observeCluster(platform, at.clusterId)
  expect(await last()).toMatchObject({ cause: 'identity', state: 'waiting' })
  expect(await clusterState()).toBe('rebuilding')
  expect(await audited('cluster.rebuild_found')).toBe(1)
  await sweepCluster(platform, at.clusterId)
  expect(await parts.rows(`select 1 from drift_finding`)).toEqual([])

  await parts.fleetFaults([{ kind: 'unreachable' }])
  await tick()
  await parts.fleetFaults([])
  expect(await last()).toMatchObject({ state: 'waiting', detail: expect.stringMatching(/./) })
  const path = '/apis/apps/v1/namespaces/flux-system/deployments/kustomize-controller'
  const flux = (await byHand(cluster, { method: 'GET', path })) as {
    spec: { template: { spec: { containers: { name: string; args: string[] }[] } } }
  }
  const { containers } = flux.spec.template.spec
  const run = (args: string[]) => {
    const changed = containers.map((container) => ({ ...container, args }))
    const body = { spec: { template: { spec: { containers: changed } } } }
    return byHand(cluster, { path, body })
  }
  await run([])
  await tick()
  expect(await last()).toMatchObject({
    state: 'waiting',
    detail: expect.stringContaining('preflight fails'),
  })
  expect(await inFlight()).toEqual([])
  await run(containers[0]?.args ?? [])
  await tick()
  expect(await last()).toMatchObject({ state: 'priming', detail: null })

  await tick()
  await tick()
  expect(await inFlight()).toHaveLength(1)
  await repairAll()
  await tick()
  expect(await last()).toMatchObject({ state: 'converging' })
  await converged()
  expect(await last()).toMatchObject({ detail: '1 of 1 are Ready.' })
  expect(await clusterState()).toBe('active')
  expect(await password()).not.toBe(before)
  expect(await audited('cluster.rebuilt')).toBe(1)
})

test('a cluster found empty is primed anew, what is not ours stays, and a tick that was cut off is gone over again', async () => {
  await parts.rows(
    `update cluster_rebuild set ended_at = now() - interval '2 hours' where state = 'done' returning 1`,
  )
  const others = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'somebody-elses' } }
  const theirs = (await byHand(cluster, {
    method: 'POST',
    path: '/api/v1/namespaces',
    body: others,
  })) as { metadata: { uid: string } }
  const path = `/api/v1/namespaces/${at.namespace}`
  await byHand(cluster, { method: 'DELETE', path })
  await until('it is gone', 30, async () => {
    const found = await byHand(cluster, { method: 'GET', path }).catch(() => null)
    return found === null
  })
  await sweepCluster(platform, at.clusterId)
  expect(await last()).toMatchObject({ cause: 'empty', state: 'waiting' })
  await tick()
  const failing = { ...platform.queue, enqueue: () => Promise.reject(new Error('killed')) }
  const cut = { ...platform, queue: failing } as WorkerPlatform
  await expect(rebuildCluster(cut, (await last())?.id ?? '')).rejects.toThrow('killed')
  expect(await inFlight()).toEqual([])
  await tick()
  expect(await inFlight()).toHaveLength(1)
  await parts.rows(
    `insert into flux_action (id, tenant_id, instance_id, kind, reason, until, asked_by, state, ended_at)
     select 'fxa_before', tenant_id, id, 'suspend', 'a test', now() + interval '1 hour', 'usr_test', 'done', now() from service_instance where cluster_id = $1 returning 1`,
    at.clusterId,
  )
  await repairAll()
  await tick()
  await actOnInstance(platform, 'fxa_before')
  const flux = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${at.namespace}/kustomizations/rebuilt`
  expect(await byHand(cluster, { method: 'GET', path: flux })).toMatchObject({
    spec: { suspend: true },
  })
  await converged()
  expect(await last()).toMatchObject({ state: 'done', detail: '1 of 1 are Ready.' })
  expect(
    await byHand(cluster, { method: 'GET', path: '/api/v1/namespaces/somebody-elses' }),
  ).toMatchObject({ metadata: { uid: theirs.metadata.uid } })
})

test('a namespace of our name that somebody else made on the new cluster is left alone, and told', async () => {
  await parts.rebuildCluster(cluster.name)
  await observeCluster(platform, at.clusterId)
  const path = `/api/v1/namespaces/${at.namespace}`
  const theirs = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: at.namespace } }
  await byHand(cluster, { method: 'POST', path: '/api/v1/namespaces', body: theirs })
  const before = await byHand(cluster, { method: 'GET', path })
  await tick()
  await tick()
  await repairAll()
  await tick()
  await converged()
  expect(await last()).toMatchObject({
    detail: `0 of 1 are Ready. Not so: ${at.namespace}.`,
  })
  expect(await byHand(cluster, { method: 'GET', path })).toEqual(before)
  expect(await parts.rows(`select detail from drift_repair where state = 'failed'`)).toEqual([
    { detail: expect.stringContaining('made by somebody else') },
  ])
})

/** So many more services on the cluster, as rows: what is asked of their targets is counted, not done. */
const CLONES = [
  `insert into ci (id, tenant_id, class, name, display_name, natural_key, tier)
   select 'svc_wave' || n, t.tenant_id, 'service', 'wave-' || n, 'wave', 'wave-' || n, 1 + n % 4 from target t, generate_series(10, 33) n where t.id = $1 returning 1`,
  `insert into service (id, tenant_id, template_id, template_version, repository_id)
   select 'svc_wave' || n, s.tenant_id, s.template_id, s.template_version, s.repository_id from service s join target t on t.tenant_id = s.tenant_id and t.id = $1, generate_series(10, 33) n returning 1`,
  `insert into ci (id, tenant_id, class, name, display_name, natural_key)
   select 'sin_wave' || n, t.tenant_id, 'service_instance', 'wave-' || n, 'wave', 'wave-' || n from target t, generate_series(10, 33) n where t.id = $1 returning 1`,
  `insert into service_instance (id, tenant_id, service_id, environment, cluster_id, namespace)
   select 'sin_wave' || n, t.tenant_id, 'svc_wave' || n, 'dev', t.cluster_id, 'wave-' || n from target t, generate_series(10, 33) n where t.id = $1 returning 1`,
  `insert into target (id, tenant_id, cluster_id, namespace, state)
   select 'tgt_wave' || n, t.tenant_id, t.cluster_id, 'wave-' || n, 'primed' from target t, generate_series(10, 33) n where t.id = $1 returning 1`,
]

test('no more than ten targets are worked on at once, those of the highest tier first', async () => {
  for (const sql of CLONES) await parts.rows(sql, at.targetId)
  await parts.rows(
    `insert into cluster_rebuild (id, cluster_id, cause, old_uid, new_uid, state, state_before) values ('crb_waves', $1, 'empty', 'a', 'a', 'priming', 'active') returning 1`,
    at.clusterId,
  )
  const sourceHost = {
    ...platform.sourceHost,
    readAccess: async () => ({ username: 'flux', password: 'p' }),
    revokeReadAccess: async () => 'revoked' as const,
  }
  const asked = async () => rebuildCluster({ ...platform, sourceHost }, 'crb_waves')
  await asked()
  await Promise.all([asked(), asked()])
  expect(await inFlight()).toHaveLength(10)
  const tiers = await parts.rows<{ tier: number }>(
    `select distinct c.tier::int as tier from drift_repair d join target t on t.id = d.target_id join ci c on c.class = 'service' and c.name = t.namespace where d.rebuild_id = 'crb_waves' order by 1`,
  )
  expect(tiers).toEqual([{ tier: 1 }, { tier: 2 }])
  let most = 0
  await until('all were asked for', 30, async () => {
    await asked()
    most = Math.max(most, (await inFlight()).length)
    await parts.rows(
      `update drift_repair set state = 'done', ended_at = clock_timestamp() where id in (select id from drift_repair where ended_at is null order by id limit 3) returning 1`,
    )
    return (await last())?.state === 'converging'
  })
  expect(most).toBe(10)
  const all = await parts.rows(`select 1 from drift_repair where rebuild_id = 'crb_waves'`)
  expect(all).toHaveLength(25)
})
