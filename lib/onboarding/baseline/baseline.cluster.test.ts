import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BaselineLook } from '#lib/fleet/baseline/look.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type AskedBaseline, baselines } from '#lib/testing/baselines.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { retirements } from '#lib/testing/retirements.ts'
import { previewBaseline } from './preview-baseline.ts'

const MANIFEST = renderBaseline()

let real: RealCluster
let database: Awaited<ReturnType<typeof startTestServer>>
let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof baselines>>

beforeAll(async () => {
  real = await realCluster()
  database = await startTestServer()
  const { endpoint, caPem, token } = real.access
  parts = await realParts(database.server, [{ name: 'dev-eu-1', endpoint, caPem, token }])
  worker = await parts.startWorker()
  at = await baselines(parts)
}, 240_000)
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
  await database?.stop()
})

const ours = (kind: string, name: string) => {
  const found = MANIFEST.objects.find(
    (object) => object.kind === kind && object.metadata.name === name,
  )
  if (!found) throw new Error(`no ${kind} ${name} in the baseline`)
  return found
}
const outcomes = (look: BaselineLook | null, policy: string) => [
  ...new Set(look?.probes.filter((probe) => probe.policy === policy).map((each) => each.outcome)),
]

/** An administrator applies what was approved; policies act a moment later, so it is looked at until it is over. */
async function applied(change: AskedBaseline): Promise<void> {
  for (const object of (await at.bytes(change)).objects)
    await real.admin.apply(object, 'administrator')
  for (let looks = 0; looks < 30; looks += 1)
    if ((await at.looked(change)).step === 'done') return at.closed(change).then(() => undefined)
  throw new Error(`still waits: ${(await at.standing(change))?.why}`)
}

/** Other files of this suite leave tenants behind, and what can be asked depends on whether there are any. */
async function withoutTenants(): Promise<void> {
  const query = {
    apiVersion: 'v1',
    kind: 'Namespace',
    labelSelector: `${LABELS.managedBy}=${FIELD_MANAGER}`,
  }
  for (const tenant of await real.hub.list(query)) await real.admin.remove(tenant)
  await expect.poll(() => real.hub.list(query), { timeout: 90_000, interval: 500 }).toEqual([])
}

test('a cluster without baseline: all is new, all is named as missing, and the downloaded bytes close it', async () => {
  await withoutTenants()
  for (const object of MANIFEST.objects) await real.admin.remove(object)
  await at.read()
  const seen = await previewBaseline(parts.organisation.platform, at.grace, 'dev-eu-1')
  expect(seen?.items.map(({ action }) => action)).toEqual([...Array(9).fill('create'), 'alter'])
  const change = await at.begun()
  await at.waits(change)
  // policies act for a moment after they are gone
  for (const policy of ['stairway-hub-fence', 'flux-protect-prime'])
    await expect
      .poll(async () => outcomes((await at.looked(change)).look, policy), { timeout: 30_000 })
      .toEqual(['let_through'])
  const { look, why } = await at.looked(change)
  expect(look?.objects.map(({ state }) => state)).toEqual(Array(9).fill('missing'))
  expect(why).toContain('no ClusterRole flux-tenant-reconciler')
  expect(outcomes(look, 'stairway-hub-fence')).toEqual(['let_through'])
  expect(outcomes(look, 'flux-protect-prime')).toEqual(['let_through'])
  expect(outcomes(look, 'flux-tenant-appliers')).toEqual(['not_asked'])
  const probe: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'stairway-probe' },
  }
  expect(await real.admin.read(probe)).toBeNull()
  await applied(change)
  const { look: last } = (await at.standing(change)) ?? {}
  expect(outcomes(last ?? null, 'stairway-hub-fence')).toEqual(['refused'])
  expect(outcomes(last ?? null, 'flux-protect-prime')).toEqual(['refused'])
  const [home] = await real.hub.list({
    apiVersion: 'v1',
    kind: 'Namespace',
    labelSelector: `${LABELS.managedBy}=${FIELD_MANAGER}`,
  })
  expect(home).toBeUndefined()
}, 180_000)

test('with a tenant there, a binding taken away is found by asking, and a policy tampered with by reading it back', async () => {
  await at.read()
  const services = await retirements(parts)
  const service = await services.running('based')
  await real.admin.remove(ours('ValidatingAdmissionPolicyBinding', 'flux-tenant-appliers'))
  const sources = ours('ValidatingAdmissionPolicy', 'flux-tenant-sources')
  const weak = { ...(sources.spec as object), validations: [{ expression: 'true' }] }
  await real.admin.apply({ ...sources, spec: weak }, 'administrator')
  await at.read()
  const change = await at.begun()
  await at.waits(change)
  await expect
    .poll(async () => outcomes((await at.looked(change)).look, 'flux-tenant-sources'), {
      timeout: 30_000,
    })
    .toEqual(['let_through'])
  const { look, why } = (await at.standing(change)) ?? { look: null, why: '' }
  expect(outcomes(look, 'flux-tenant-appliers')).toEqual(['let_through'])
  expect(outcomes(look, 'flux-protect-prime')).toEqual(['refused'])
  expect(look?.probes.some(({ tries }) => tries.includes(service.namespace))).toBe(true)
  expect(why).toContain('no ValidatingAdmissionPolicyBinding flux-tenant-appliers')
  expect(why).toContain('ValidatingAdmissionPolicy flux-tenant-sources differs at spec.validations')
  await applied(change)
  const { look: last } = (await at.standing(change)) ?? { look: null }
  for (const policy of ['flux-tenant-appliers', 'flux-tenant-sources'])
    expect(outcomes(last, policy)).toEqual(['refused'])
}, 240_000)
