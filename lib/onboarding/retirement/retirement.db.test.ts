import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { type Running, retirements } from '#lib/testing/retirements.ts'

let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof retirements>>

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  at = await retirements(parts)
  await parts.rows(
    `update tenant_quota set instances = 99, cpu_milli = 999999, memory_mib = 999999 returning 1`,
  )
}, 120_000)
afterEach(async () => {
  await parts.fleetFaults([])
  parts.organisation.platform.settings.quarantineMinutes = 0
})
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

const object = (kind: string, name: string, { namespace }: Running, more: object = {}) =>
  ({
    apiVersion: API[kind] ?? 'v1',
    kind,
    metadata: { name, ...(kind === 'Namespace' ? {} : { namespace }) },
    ...more,
  }) as KubernetesObject
const API: Record<string, string> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Deployment: 'apps/v1',
}
const namespaceOf = (service: Running, place = 0) =>
  at.cluster(place).read({ apiVersion: 'v1', kind: 'Namespace', name: service.namespace })
const standing = async (service: Running, kind: string) =>
  (
    await at.cluster().list({ apiVersion: API[kind] ?? 'v1', kind, namespace: service.namespace })
  ).map(({ metadata }) => metadata.name)

test('pruned: nothing is left on the cluster, the repository is archived, its token revoked, the records retired', async () => {
  const service = await at.running('retired-all')
  const before = await parts.rows<{ sealed: string }>(
    `select purpose as sealed from secret where purpose like 'git-read:%' || $1 and revoked_at is null`,
    service.namespace,
  )
  expect(before).toHaveLength(1)
  const { changeId, number } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
  const repository = await (
    await fetch(`${parts.gitUrl}/repos/payments/${service.name}`, {
      headers: { authorization: 'Bearer token' },
    })
  ).json()
  expect(repository).toMatchObject({ archived: true })
  const rows = await parts.rows<object>(
    `select (select count(*)::int from secret where purpose like 'git-read:%' || $2 and revoked_at is null) as tokens,
      (select count(*)::int from ci where (natural_key = $3 or natural_key like $3 || '/%' or natural_key like '%/' || $2 or natural_key = $4) and retired_at is null) as living,
      (select count(*)::int from ci where natural_key = $3 and stage = 'end_of_life' and status = 'retired') as retired,
      (select count(*)::int from ci_relation where from_id = $1 and valid_to is null) as relations,
      (select count(*)::int from service_list where service_id = $1) as listed,
      (select count(*)::int from flux_object where namespace = $2) as observed,
      (select count(*)::int from target_object o join target t on t.id = o.target_id where t.namespace = $2) as inventory,
      (select close_code from change where id = $5) as "closeCode"`,
    service.id,
    service.namespace,
    `payments/${service.name}`,
    `payments/${service.name}`,
    changeId,
  )
  expect(rows).toEqual([
    {
      tokens: 0,
      living: 0,
      retired: 2,
      relations: 0,
      listed: 0,
      observed: 0,
      inventory: 0,
      closeCode: 'successful',
    },
  ])
  const audited = await parts.rows<{ action: string }>(
    `select action from audit_event where subject = $1 and action in ('service.retiring','service.retired','credential.revoked') order by seq`,
    service.id,
  )
  expect(audited.map(({ action }) => action)).toEqual([
    'service.retiring',
    'credential.revoked',
    'service.retired',
  ])
  const notices = await parts.rows(
    `select 1 from notice where change_id = $1 and event like 'change.offboarded%'`,
    changeId,
  )
  expect(notices).toHaveLength(1)
  expect(number).toBeGreaterThan(0)
})

test('a suspended Kustomization is resumed before it goes: Flux would let go of everything in silence', async () => {
  const service = await at.running('retired-suspended')
  const { namespace, name } = service
  const kustomization = {
    apiVersion: API.Kustomization ?? '',
    kind: 'Kustomization',
    namespace,
    name,
  }
  await at.cluster().patch(kustomization, { spec: { suspend: true } })
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
  expect(await at.log(changeId)).toContain('was suspended: resumed')
})

test('a missing service account is put back: without it Flux would orphan what it applied', async () => {
  const service = await at.running('retired-account')
  await at.hand().remove(object('ServiceAccount', 'flux', service))
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
  expect(await at.log(changeId)).toContain('ServiceAccount flux was missing: put back')
})

test('missing role bindings are put back, the hub’s own as well: without them deletion would hang', async () => {
  const service = await at.running('retired-binding')
  for (const name of ['payments-reconciler', 'stairway-hub'])
    await at.hand().remove(object('RoleBinding', name, service))
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
  const log = await at.log(changeId)
  expect(log).toContain('RoleBinding payments-reconciler was missing: put back')
  expect(log).toContain('RoleBinding stairway-hub was missing: put back')
})

test('a role binding that goes while Flux deletes is explained, put back, and the rest follows by itself', async () => {
  const service = await at.running('retired-midway')
  await at.hand().remove(object('RoleBinding', 'payments-reconciler', service))
  await at.hand().remove(object('Kustomization', service.name, service))
  await until('Flux says that it may not', 20, async () =>
    (await standing(service, 'Event')).some((name) => name.startsWith(service.name)),
  )
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
})

test('what others put there is not deleted: the namespace stays with what guards it, and the change says whose it is', async () => {
  const service = await at.running('retired-foreign')
  await at.hand().apply(object('ConfigMap', 'notes', service, { data: { a: 'b' } }), 'kubectl')
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect((await namespaceOf(service))?.metadata.labels).toMatchObject({
    'stairway.internal/offboarding': 'left-behind',
  })
  expect(await standing(service, 'ConfigMap')).toEqual(['notes'])
  expect(await standing(service, 'Deployment')).toEqual([])
  expect(await standing(service, 'Secret')).toEqual([])
  expect(await standing(service, 'RoleBinding')).toEqual([])
  expect(await standing(service, 'NetworkPolicy')).toContain('default-deny')
  const log = await at.log(changeId)
  expect(log).toContain('ConfigMap notes (kubectl)')
  const [change] = await parts.rows<{ reason: string }>(
    `select reason from change_transition where change_id = $1 and to_state = 'closed'`,
    changeId,
  )
  expect(change?.reason).toContain(service.namespace)
  const [namespace] = await parts.rows<{ living: boolean }>(
    `select retired_at is null as living from ci where class = 'namespace' and name = $1`,
    service.namespace,
  )
  expect(namespace?.living).toBe(true)
})

test('orphaned: what Flux applied keeps running in its namespace, guarded, and nothing of Flux is left', async () => {
  const service = await at.running('retired-orphan')
  const before = await standing(service, 'Deployment')
  expect(before).not.toEqual([])
  const { changeId } = await at.begun(service, 'orphan')
  await at.closed(changeId)
  expect(await standing(service, 'Deployment')).toEqual(before)
  expect(await standing(service, 'Kustomization')).toEqual([])
  expect(await standing(service, 'ServiceAccount')).not.toContain('flux')
  expect(await standing(service, 'NetworkPolicy')).toContain('default-deny')
  expect((await namespaceOf(service))?.metadata.labels).toMatchObject({
    'stairway.internal/offboarding': 'handed-over',
  })
})

test('a cluster that is away holds up no other, and is finished by itself once it is back', async () => {
  const service = await at.running('retired-away', 2)
  const change = await at.asked(service)
  await parts.fleetFaults([{ kind: 'unreachable' }], parts.clusters[0]?.name)
  await at.approved(change)
  await until(
    'the other cluster is cleared',
    60,
    async () => (await namespaceOf(service, 1)) === null,
  )
  expect(await at.state(change.changeId)).toBe('executing')
  await parts.fleetFaults([])
  await at.closed(change.changeId, 120)
  expect(await namespaceOf(service)).toBeNull()
}, 240_000)

test('in quarantine the namespace is marked and stays until its time has come', async () => {
  const service = await at.running('retired-quarantine')
  parts.organisation.platform.settings.quarantineMinutes = 60
  const { changeId } = await at.begun(service)
  const marked = async () => (await namespaceOf(service))?.metadata.labels ?? {}
  await until('it is in quarantine', 60, async () =>
    Object.entries(await marked()).some(
      ([key, value]) => key.endsWith('/offboarding') && value === 'quarantine',
    ),
  )
  expect(await standing(service, 'Secret')).toEqual([])
  await parts.rows(
    `update target_release set quarantine_until = clock_timestamp() where change_id = $1 returning 1`,
    changeId,
  )
  await parts.rows(
    `update step_target set available_at = clock_timestamp() where state = 'waiting' returning 1`,
  )
  await parts.rows(
    `update pgboss.job set start_after = now() where name = 'run.targets' and state < 'active' returning 1`,
  )
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
})

test('killed again and again at any moment, it goes on from where it was and leaves nothing', async () => {
  const service = await at.running('retired-killed', 2)
  const change = await at.asked(service)
  await worker.kill()
  await at.approved(change)
  for (const ms of [900, 1100, 1300, 1500, 1700]) {
    const short = await parts.startWorker()
    await new Promise((resolve) => setTimeout(resolve, ms))
    await short.kill()
  }
  worker = await parts.startWorker()
  await at.closed(change.changeId, 120)
  for (const place of [0, 1]) expect(await namespaceOf(service, place)).toBeNull()
}, 240_000)
