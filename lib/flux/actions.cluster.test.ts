import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import {
  kustomizationOf,
  type RealService,
  realServices,
  settled,
} from '#lib/testing/real-service.ts'
import { parseTenantObject, renderTenantSet } from './tenant-set.ts'

const FILES = {
  'deploy/overlays/prod/kustomization.yaml': 'resources:\n  - settings.yaml\n',
  'deploy/overlays/prod/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: "x"}\n',
}

let real: RealCluster
let at: Awaited<ReturnType<typeof realServices>>
let service: RealService

beforeAll(async () => {
  real = await realCluster()
  at = await realServices(real, FILES)
  service = await at.begun('operated')
})
afterAll(() => at?.close())

const place = () => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  namespace: service.target.namespace,
  name: service.name,
})

/** The Kustomization as the plan has it, applied once more. */
async function appliedAgain() {
  const planned = renderTenantSet(service.target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .find(({ kind }) => kind === 'Kustomization')
  return real.hub.apply(planned as KubernetesObject, {})
}

test('with the hub’s rights a reconcile is asked for, and Flux handles it', async () => {
  const token = new Date().toISOString()
  const annotations = { 'reconcile.fluxcd.io/requestedAt': token }
  expect(await real.hub.patch(place(), { metadata: { annotations } })).toBe('patched')
  await settled(
    real,
    service,
    (_, { status }) =>
      (status as { lastHandledReconcileAt?: string } | undefined)?.lastHandledReconcileAt === token,
  )
})

test('a suspension outlives an apply of ours, and ends when it is taken away', async () => {
  await real.hub.patch(place(), { spec: { suspend: true } })
  await settled(real, service, ({ status }) => status === 'suspended')
  expect((await appliedAgain()).outcome).not.toBe('conflict')
  expect((await kustomizationOf(real, service))?.spec).toMatchObject({ suspend: true })
  await real.hub.patch(place(), { spec: { suspend: null } })
  const { object } = await settled(real, service, ({ status }) => status === 'ready')
  expect(object.spec).not.toHaveProperty('suspend')
})

test('what is not there is said to be absent', async () => {
  expect(await real.hub.patch({ ...place(), name: 'nobody' }, { spec: { suspend: true } })).toBe(
    'absent',
  )
})
