import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Finding } from '#lib/fleet/drift/finding.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { listLive } from '#lib/onboarding/drift/list-live.ts'
import { lookAt, readLive } from '#lib/onboarding/drift/look-at.ts'
import { mend, putRight } from '#lib/onboarding/drift/mend.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealService, realServices, settled } from '#lib/testing/real-service.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from './tenant-set.ts'

const FILES = {
  'deploy/overlays/prod/kustomization.yaml': 'resources:\n  - settings.yaml\n',
  'deploy/overlays/prod/settings.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: "x"}\n',
}

let real: RealCluster
let at: Awaited<ReturnType<typeof realServices>>
let service: RealService
let set: KubernetesObject[]

beforeAll(async () => {
  real = await realCluster()
  at = await realServices(real, FILES)
  service = await at.begun('drifting')
  set = renderTenantSet(service.target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .filter(({ kind }) => kind !== 'Secret')
})
afterAll(() => at?.close())

beforeEach(async () => {
  for (const wanted of set) await mended(wanted, true)
})

function one(kind: string, name?: string): KubernetesObject {
  const found = set.find(
    (object) => object.kind === kind && (!name || object.metadata.name === name),
  )
  if (!found) throw new Error(`no ${kind}`)
  return found
}

/** What the sweep sees: the lists of the hub, each object compared. */
async function found(): Promise<Record<string, Finding>> {
  const live = await listLive(real.hub, set, [service.target.namespace])
  const looks = await Promise.all(
    set.map(async (wanted) => {
      const stands = live.find(wanted)
      if (stands === undefined) throw new Error(`${wanted.kind} may not be listed`)
      const finding = await lookAt(real.hub, wanted, stands)
      return finding ? [[`${wanted.kind}/${wanted.metadata.name}`, finding] as const] : []
    }),
  )
  return Object.fromEntries(looks.flat())
}

async function mended(wanted: KubernetesObject, takeOver = false) {
  return (await putRight(real.hub, wanted, { takeOver }))?.mended
}

const fields = (finding: Finding | undefined) =>
  finding?.differences.map(({ path, wanted, found: stands, manager }) => [
    path.join('.'),
    wanted,
    stands,
    manager,
  ])

test('as primed, nothing differs: what the server wrote in its own way deserves no dry run', async () => {
  let dryRuns = 0
  const live = await listLive(real.hub, set, [service.target.namespace])
  const hub = {
    ...real.hub,
    apply: (...args: Parameters<typeof real.hub.apply>) => {
      dryRuns += 1
      return real.hub.apply(...args)
    },
  }
  for (const wanted of set) expect(await lookAt(hub, wanted, live.find(wanted) ?? null)).toBeNull()
  expect(dryRuns).toBe(0)
})

test('a quota edited by hand is found with field, values and tool, and put back', async () => {
  await real.admin.edit(one('ResourceQuota'), { spec: { hard: { pods: '99' } } }, 'kubectl-edit')
  const quota = (await found())['ResourceQuota/tenant-quota']
  expect(quota?.drift).toBe('edited')
  expect(fields(quota)).toEqual([['spec.hard.pods', '10', '99', 'kubectl-edit']])
  expect(Date.parse(quota?.differences[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000)
  expect(await mended(one('ResourceQuota'))).toHaveProperty('uid')
  expect(await found()).toEqual({})
})

test('a rule let into a network policy, and one added to it, are found and taken back', async () => {
  const open = { spec: { ingress: [{}] } }
  await real.admin.edit(one('NetworkPolicy', 'default-deny'), open, 'kubectl-edit')
  await real.admin.edit(one('NetworkPolicy', 'allow-ingress-controller'), open, 'kubectl-edit')
  const policies = await found()
  expect(policies['NetworkPolicy/default-deny']).toMatchObject({ drift: 'added' })
  expect(policies['NetworkPolicy/allow-ingress-controller']).toMatchObject({ drift: 'edited' })
  await mended(one('NetworkPolicy', 'default-deny'))
  await mended(one('NetworkPolicy', 'allow-ingress-controller'))
  expect(await found()).toEqual({})
  const live = await readLive(real.hub, one('NetworkPolicy', 'default-deny'))
  expect(live?.spec).not.toHaveProperty('ingress')
})

test('a Kustomization suspended, edited and deleted by hand is named, and runs again', async () => {
  const wanted = one('Kustomization')
  await real.admin.edit(wanted, { spec: { suspend: true } }, 'flux')
  await real.admin.edit(wanted, { spec: { prune: false, path: './elsewhere' } }, 'kubectl-patch')
  const key = `Kustomization/${service.name}`
  const suspended = (await found())[key]
  expect(suspended?.drift).toBe('suspended')
  expect(fields(suspended)?.sort()).toEqual([
    ['spec.path', './deploy/overlays/prod', './elsewhere', 'kubectl-patch'],
    ['spec.prune', 'true', 'false', 'kubectl-patch'],
    ['spec.suspend', null, 'true', 'flux'],
  ])
  await mended(wanted)
  expect(await found()).toEqual({})
  await settled(real, service, ({ status }) => status === 'ready')
  await real.admin.remove(wanted)
  await expect.poll(async () => (await found())[key]?.drift, { timeout: 60_000 }).toBe('missing')
  await mended(wanted)
  await settled(real, service, ({ status }) => status === 'ready')
  expect(await found()).toEqual({})
})

test('a suspension that was asked for is no drift', async () => {
  const { apiVersion, kind, metadata } = one('Kustomization')
  const ref = { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name }
  await real.hub.patch(ref, { spec: { suspend: true } })
  expect(await found()).toEqual({})
  await real.hub.patch(ref, { spec: { suspend: null } })
})

test('a binding made anew by hand to another role is made anew as approved', async () => {
  const wanted = one('RoleBinding', 'payments-reconciler')
  await real.admin.remove(wanted)
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' }
  await real.admin.apply({ ...wanted, roleRef }, 'kubectl-create')
  const binding = (await found())['RoleBinding/payments-reconciler']
  expect(binding?.drift).toBe('immutable')
  expect(fields(binding)).toEqual([
    ['roleRef.name', 'flux-tenant-reconciler', 'admin', 'kubectl-create'],
  ])
  await mended(wanted)
  expect(await real.admin.read(wanted)).toMatchObject({
    roleRef: { name: 'flux-tenant-reconciler' },
  })
  expect(await found()).toEqual({})
})

test('the hub’s own binding deleted by hand is found and given back', async () => {
  const wanted = one('RoleBinding', 'stairway-hub')
  await real.admin.remove(wanted)
  const live = await listLive(real.hub, [wanted], [])
  const finding = await lookAt(real.hub, wanted, live.find(wanted) ?? null)
  expect(finding?.drift).toBe('missing')
  if (finding) await mend(real.hub, { wanted, live: null, finding }, { takeOver: false })
  await expect.poll(() => found().catch(() => null), { timeout: 10_000 }).toEqual({})
})

test('a Secret is compared by its values, and its type by making it anew', async () => {
  const values = { 'hook-hmac': 'k'.repeat(32) }
  const planned = renderTenantSet(service.target)
    .map(({ yaml }) => parseTenantObject(yaml))
    .find(({ metadata }) => metadata.name === 'stairway-hmac')
  if (!planned) throw new Error('no secret')
  const wanted = injectCredentials(planned, values)
  const look = async () => lookAt(real.hub, wanted, await readLive(real.hub, wanted))
  expect(await look()).toBeNull()
  await real.admin.edit(wanted, { data: { token: 'YQ==' } }, 'kubectl-edit')
  expect(await look()).toMatchObject({ drift: 'edited', differences: [{ secret: true }] })
  expect(JSON.stringify(await look())).not.toContain('YQ==')
  await mended(wanted)
  expect(await look()).toBeNull()
  await real.admin.remove(wanted)
  await real.admin.apply({ ...wanted, type: 'example.com/other' }, 'kubectl-create')
  expect(await look()).toMatchObject({ drift: 'immutable' })
  await mended(wanted)
  expect(await look()).toBeNull()
})

test('what another program holds is left alone, unless somebody takes it over', async () => {
  const { apiVersion, kind, metadata } = one('ResourceQuota')
  const place = { name: metadata.name, namespace: metadata.namespace ?? '' }
  const theirs = { apiVersion, kind, metadata: place, spec: { hard: { pods: '77' } } }
  await real.admin.apply(theirs, 'argocd-controller')
  const quota = (await found())['ResourceQuota/tenant-quota']
  expect(quota?.drift).toBe('foreign')
  expect(await mended(one('ResourceQuota'))).toEqual({ left: 'held by argocd-controller' })
  expect(await real.admin.read(theirs)).toMatchObject({ spec: { hard: { pods: '77' } } })
  expect(await mended(one('ResourceQuota'), true)).toHaveProperty('uid')
  expect(await found()).toEqual({})
})

test('whatever others write before and during a repair, no field of another program is trampled', async () => {
  const wanted = one('ResourceQuota')
  const { apiVersion, kind, metadata } = wanted
  const place = { name: metadata.name, namespace: metadata.namespace ?? '' }
  const write = fc.record({
    manager: fc.constantFrom('kubectl-edit', 'argocd-controller', 'helm'),
    key: fc.constantFrom('pods', 'requests.cpu', 'count/jobs.batch'),
    value: fc.constantFrom('31', '32', '33'),
  })
  type Write = { manager: string; key: string; value: string }
  const put = ({ manager, key, value }: Write) =>
    manager === 'kubectl-edit'
      ? real.admin.edit(wanted, { spec: { hard: { [key]: value } } }, manager)
      : real.admin.apply(
          { apiVersion, kind, metadata: place, spec: { hard: { [key]: value } } },
          manager,
        )
  const held = async () => {
    const live = await real.admin.read(wanted)
    const entries = (live?.metadata.managedFields ?? []) as { manager: string; fieldsV1: object }[]
    return entries
      .filter(({ manager }) => ['argocd-controller', 'helm'].includes(manager))
      .map(({ manager, fieldsV1 }) => `${manager} ${JSON.stringify(fieldsV1)}`)
      .sort()
  }
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 3 }), write, async (before, during) => {
      for (const each of before) await put(each)
      const live = await readLive(real.hub, wanted)
      const finding = await lookAt(real.hub, wanted, live)
      await put(during)
      const theirs = await held()
      if (finding)
        await mend(real.hub, { wanted, live, finding }, { takeOver: false }).catch(() => null)
      expect(await held()).toEqual(theirs)
      await mended(wanted, true)
    }),
    { numRuns: 25 },
  )
})

test('a namespace deleted by hand is told as one, and given back with all that stood in it', async () => {
  await real.admin.remove(one('Namespace'))
  const gone = async () => (await real.admin.read(one('Namespace'))) === null
  expect(
    (await lookAt(real.hub, one('Namespace'), await readLive(real.hub, one('Namespace'))))?.drift,
  ).toMatch(/deleting|missing/)
  await expect.poll(gone, { timeout: 90_000, interval: 500 }).toBe(true)
  for (const wanted of set) expect(await mended(wanted)).toHaveProperty('uid')
  expect(await found()).toEqual({})
})
