import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { aTarget } from './cases/a-target.ts'
import { mapOf, mapsOf } from './status.ts'
import { parseTenantObject, renderTenantSet } from './tenant-set.ts'

/** The type of Kustomizations as older Flux declares it: all else in it that we write was there in Flux 2.3. */
const CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kustomizations.kustomize.toolkit.fluxcd.io' },
} as KubernetesObject
const NAMESPACE = 'pay-older-prod'
const TODAY = 'v2.9.5'

let real: RealCluster
let current: unknown

beforeAll(async () => {
  real = await realCluster()
  current = (await real.admin.read(CRD))?.spec
  for (const object of setFor(TODAY).slice(0, 2)) await real.hub.apply(object, {})
})
afterAll(async () => {
  if (current) await real.admin.edit(CRD, { spec: current }, 'flux')
})

function setFor(fluxVersion: string): KubernetesObject[] {
  const { cluster } = aTarget()
  return renderTenantSet(
    aTarget({ namespace: NAMESPACE, cluster: { ...cluster, fluxVersion } }),
  ).map(({ yaml }) => parseTenantObject(yaml))
}

/** Declares the field as a minor of Flux did: not at all, or with these values. */
async function declare(values: readonly string[] | null): Promise<void> {
  const spec = structuredClone(current)
  for (const version of mapsOf(mapOf(spec).versions)) {
    const root = mapOf(mapOf(version.schema).openAPIV3Schema)
    const fields = mapOf(mapOf(mapOf(root.properties).spec).properties)
    // the client's model calls it so, for `enum` is a word of TypeScript
    if (values) Object.assign(fields, { deletionPolicy: { type: 'string', _enum: values } })
    else Reflect.deleteProperty(fields, 'deletionPolicy')
  }
  await real.admin.edit(CRD, { spec }, 'flux')
}

/** What the server says to the Kustomization of a set, as soon as it goes by the type that was declared. */
async function saidTo(fluxVersion: string, hub: Cluster = real.hub): Promise<string> {
  const kustomization = setFor(fluxVersion).find(({ kind }) => kind === 'Kustomization')
  if (!kustomization) throw new Error('the set has no Kustomization')
  return hub.apply(kustomization, { dryRun: true }).then(
    ({ outcome }) => outcome,
    (error: Error) => error.message,
  )
}

const eventually = (fluxVersion: string) =>
  expect.poll(() => saidTo(fluxVersion), { timeout: 20_000, interval: 200 })

test('Flux 2.3 and 2.4 know no end of a Kustomization, and get none', async () => {
  await declare(null)
  await eventually(TODAY).toContain('deletionPolicy')
  expect(await saidTo('v2.3.0')).toBe('created')
  expect(await saidTo('v2.4.0')).toBe('created')
  expect(await saidTo('v2.5.1')).toContain('deletionPolicy')
})

test('Flux 2.5 deletes and does not wait', async () => {
  await declare(['MirrorPrune', 'Delete', 'Orphan'])
  await eventually('v2.5.1').toBe('created')
  await eventually(TODAY).toContain('WaitForTermination')
  expect(await saidTo('v2.4.0')).toBe('created')
})

test('from 2.6 on it waits, and what was written for older Flux is taken too', async () => {
  await declare(['MirrorPrune', 'Delete', 'WaitForTermination', 'Orphan'])
  await eventually(TODAY).toBe('created')
  for (const version of ['v2.3.0', 'v2.5.1', 'v2.6.0', 'v2.8.2'])
    expect(await saidTo(version), version).toBe('created')
})
