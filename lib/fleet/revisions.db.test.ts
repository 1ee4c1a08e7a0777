import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Transaction } from '#lib/db/client.ts'
import { readCluster } from '#lib/fleet/queries.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { paymentsAtWork } from '#lib/testing/two-tenants.ts'
import { type ObservedObject, recordObserved } from './store.ts'

let organisation: TestOrganisation
let at: {
  instanceId: string
  clusterId: string
  cluster: string
  namespace: string
  tenantId: string
}

beforeAll(async () => {
  organisation = await testOrganisation()
  await paymentsAtWork(organisation)
  const [row] = await rows<typeof at>(
    `select i.id as "instanceId", i.cluster_id as "clusterId", k.name as cluster, i.namespace, i.tenant_id as "tenantId"
      from service_instance i join cluster k on k.id = i.cluster_id where i.retired_at is null limit 1`,
  )
  if (!row) throw new Error('no instance')
  at = row
  await rows(`delete from flux_object where instance_id = $1 returning 1`, at.instanceId)
  await rows(`delete from instance_revision where instance_id = $1 returning 1`, at.instanceId)
})
afterAll(() => organisation?.close())

const inOwner = <T>(act: (tx: Transaction) => Promise<T>) =>
  organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, act)
const rows = <T>(sql: string, ...values: unknown[]) =>
  inOwner((tx) => tx.$queryRawUnsafe<T[]>(sql, ...values))
const commit = (n: number) => n.toString(16).padStart(40, '0')

function observed(kind: string, n: number | null, status = 'ready'): ObservedObject {
  return {
    ...{ kind, namespace: at.namespace, name: 'it', uid: `${kind}-1`, status, reason: null },
    ...{ message: null, suspended: false, attemptedRevision: null, generation: 1 },
    appliedRevision: n === null ? null : `main@sha1:${commit(n)}`,
    ...{ sourceRevision: null, resourceVersion: '1' },
  }
}
const look = (...objects: ObservedObject[]) =>
  inOwner((tx) => recordObserved(tx, at.clusterId, objects))
const recorded = () =>
  rows<{ commit: string; source: string }>(
    `select commit, source from instance_revision where instance_id = $1 order by last_seen_at desc`,
    at.instanceId,
  )

test('equally well, an instance has the revision of what is applied, not of its source', async () => {
  const viewer = await organisation.viewer('grace.kim')
  const revision = async () =>
    (await readCluster(organisation.platform, viewer, at.cluster))?.instances.find(
      ({ namespace }) => namespace === at.namespace,
    )?.revision
  await look(observed('GitRepository', null), observed('Kustomization', 1))
  expect(await revision()).toBe(`main@sha1:${commit(1)}`)
  await look(observed('GitRepository', null, 'failing'), observed('Kustomization', 2))
  expect(await revision()).toBe(`main@sha1:${commit(2)}`)
})

test('only what Flux said Ready with is kept, once each', async () => {
  await look(observed('Kustomization', 3, 'failing'))
  await look(observed('Kustomization', 4, 'ready_but'))
  await look(observed('Kustomization', 5))
  await look(observed('Kustomization', 5))
  await look(observed('Kustomization', 5, 'reconciling'))
  await look(observed('Kustomization', 5))
  expect(await recorded()).toEqual([5, 2, 1].map((n) => ({ commit: commit(n), source: 'look' })))
})

test('a revision that came and went between two looks is known by its event', async () => {
  const told = (reason: string, n: number, severity = 'info') =>
    rows(
      `insert into flux_event (event_at, dedupe, cluster_id, tenant_id, instance_id, object_kind, object_namespace, object_name, severity, reason, message, revision, metadata)
        values (now(), decode(md5($1), 'hex'), $2, $3, $4, 'Kustomization', $5, 'it', $6, $7, 'm', $8, '{}') returning 1`,
      `${reason}${n}`,
      at.clusterId,
      at.tenantId,
      at.instanceId,
      at.namespace,
      severity,
      reason,
      `main@sha1:${commit(n)}`,
    )
  await told('ReconciliationSucceeded', 6)
  await told('Progressing', 7)
  await told('HealthCheckFailed', 8, 'error')
  expect((await recorded())[0]).toEqual({ commit: commit(6), source: 'event' })
  expect(await recorded()).toHaveLength(4)
})

test('the newest fifty stay', async () => {
  for (let n = 100; n < 160; n += 1) await look(observed('Kustomization', n))
  const kept = await recorded()
  expect(kept).toHaveLength(50)
  expect(kept[0]?.commit).toBe(commit(159))
})
