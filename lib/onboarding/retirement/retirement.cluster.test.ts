import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { type Running, retirements } from '#lib/testing/retirements.ts'

let real: RealCluster
let database: Awaited<ReturnType<typeof startTestServer>>
let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof retirements>>

beforeAll(async () => {
  real = await realCluster()
  database = await startTestServer()
  const { endpoint, caPem, token } = real.access
  parts = await realParts(database.server, [{ name: 'dev-eu-1', endpoint, caPem, token }])
  worker = await parts.startWorker()
  at = await retirements(parts)
}, 240_000)
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
  await database?.stop()
})

const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io/v1'

const named = (apiVersion: string, kind: string, name: string, { namespace }: Running) =>
  ({ apiVersion, kind, metadata: { name, namespace } }) as KubernetesObject
const account = (service: Running) => named('v1', 'ServiceAccount', 'flux', service)
const binding = (service: Running, name: string) =>
  named('rbac.authorization.k8s.io/v1', 'RoleBinding', name, service)
const namespaceOf = ({ namespace: name }: Running) =>
  real.admin.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
const deployments = async ({ namespace }: Running) =>
  (await real.hub.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace })).map(
    ({ metadata }) => metadata.name,
  )

/** Runs a service, meddles with it, offboards it, and hands back what the run said. */
async function gone(name: string, meddle: (service: Running) => Promise<unknown>) {
  const service = await at.running(name)
  expect(await deployments(service)).not.toEqual([])
  await meddle(service)
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  return { service, log: await at.log(changeId) }
}

test('with exactly the hub’s rights a service is pruned by Flux, and nothing of it is left', async () => {
  const { service, log } = await gone('gone-plain', async () => undefined)
  expect(await namespaceOf(service)).toBeNull()
  expect(log).toContain('what Flux applied is gone')
})

test('suspended, without its service account, without its role bindings: Flux deletes all the same', async () => {
  const suspended = await gone('gone-suspended', ({ namespace, name }) =>
    real.hub.patch(
      { apiVersion: KUSTOMIZE, kind: 'Kustomization', namespace, name },
      { spec: { suspend: true } },
    ),
  )
  const accountless = await gone('gone-account', (service) => real.admin.remove(account(service)))
  const boundless = await gone('gone-binding', async (service) => {
    await real.admin.remove(binding(service, 'payments-reconciler'))
    await real.admin.remove(binding(service, 'stairway-hub'))
  })
  for (const { service } of [suspended, accountless, boundless])
    expect(await namespaceOf(service), service.name).toBeNull()
  expect(suspended.log).toContain('was suspended: resumed')
  expect(accountless.log).toContain('ServiceAccount flux was missing: put back')
  expect(boundless.log).toContain('RoleBinding payments-reconciler was missing: put back')
}, 300_000)

test('a deletion that hangs on a missing right is explained in Flux’s words, mended, and goes on', async () => {
  const service = await at.running('gone-hanging')
  await real.admin.remove(binding(service, 'payments-reconciler'))
  await real.admin.remove(named(KUSTOMIZE, 'Kustomization', service.name, service))
  await until('Flux says that it may not', 60, async () => {
    const { namespace } = service
    const events = await real.hub.list({ apiVersion: 'v1', kind: 'Event', namespace })
    return events.some(({ message }) => message === 'pruning for deleted resource failed')
  })
  const { changeId } = await at.begun(service)
  await at.closed(changeId)
  expect(await namespaceOf(service)).toBeNull()
})

test('what others put there stays with its namespace and what guards it, and is named', async () => {
  const notes = (service: Running) => ({
    ...named('v1', 'ConfigMap', 'notes', service),
    data: { a: 'b' },
  })
  const volume = (service: Running): KubernetesObject => ({
    ...named('v1', 'PersistentVolumeClaim', 'theirs', service),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  })
  const { service, log } = await gone('gone-foreign', async (service) => {
    await real.admin.apply(notes(service), 'kubectl')
    await real.admin.apply(volume(service), 'helm')
  })
  expect((await namespaceOf(service))?.metadata.labels).toMatchObject({
    'stairway.internal/offboarding': 'left-behind',
  })
  expect(await deployments(service)).toEqual([])
  for (const object of [notes(service), volume(service)])
    expect(await real.admin.read(object)).not.toBeNull()
  expect(await real.admin.read(account(service))).toBeNull()
  expect(await real.admin.read(binding(service, 'stairway-hub'))).toBeNull()
  expect(await real.admin.read(policy(service))).not.toBeNull()
  expect(log).toContain('ConfigMap notes (kubectl)')
  expect(log).toContain('PersistentVolumeClaim theirs (helm)')
})

const policy = (service: Running) =>
  named('networking.k8s.io/v1', 'NetworkPolicy', 'default-deny', service)

test('orphaned: what Flux applied keeps running, with the same uids, guarded, and without Flux', async () => {
  const service = await at.running('gone-orphan')
  const uids = async () =>
    (
      await real.hub.list({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: service.namespace,
      })
    ).map(({ metadata }) => metadata.uid)
  const before = await uids()
  const { changeId } = await at.begun(service, 'orphan')
  await at.closed(changeId)
  expect(await uids()).toEqual(before)
  expect(await real.admin.read(named(KUSTOMIZE, 'Kustomization', service.name, service))).toBeNull()
  expect(await real.admin.read(account(service))).toBeNull()
  expect(await real.admin.read(policy(service))).not.toBeNull()
})
