import { beforeAll, expect, test } from 'vitest'
import type { AdapterError } from '#lib/adapter-error.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { aTarget } from '../cases/a-target.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '../names.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from '../tenant-set.ts'
import { renderBaseline, renderHubRights } from './render-baseline.ts'

const NAMESPACE = 'pay-guarded-prod'
const SET = renderTenantSet(
  aTarget({ service: { slug: 'guarded', servesHttp: true }, namespace: NAMESPACE }),
)
const SECRETS = {
  'git-username': 'flux',
  'git-password': 'p',
  'hook-hmac': 'k'.repeat(32),
  'receiver-token': 'r'.repeat(32),
}
const OBJECTS = SET.map(({ yaml }) => injectCredentials(parseTenantObject(yaml), SECRETS))

let real: RealCluster

/** Applies a whole set as the product does; the hub's rights in a namespace that it just made may take a moment. */
async function prime(): Promise<string[]> {
  const outcomes: string[] = []
  for (const object of OBJECTS)
    for (let tries = 0; ; tries += 1) {
      const applied = await real.hub.apply(object, {}).catch((error: AdapterError) => error)
      if (applied instanceof Error) {
        if (applied.reason !== 'forbidden' || tries > 20) throw applied
        await new Promise((resolve) => setTimeout(resolve, 100))
        continue
      }
      outcomes.push(`${object.kind} ${object.metadata.name} ${applied.outcome}`)
      break
    }
  return outcomes
}

const refusedFor = (object: KubernetesObject) =>
  real.hub.apply(object, { dryRun: true }).then(
    () => 'let through',
    (error: AdapterError) => error.detail,
  )
const configMap = (namespace: string, name = 'x'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: {},
})
const namespace = (name: string, labels: Record<string, string> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})
const TENANT_LABELS = { [LABELS.role]: 'tenant', [LABELS.managedBy]: FIELD_MANAGER }
const roleBinding = (role: string, kind: 'ClusterRole' = 'ClusterRole'): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `try-${role}`, namespace: NAMESPACE },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
  subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: NAMESPACE }],
})

beforeAll(async () => {
  real = await realCluster()
  await prime()
})

test('a real API server takes every object of both manifests, and its type checker finds nothing in the policies', async () => {
  for (const object of [...renderHubRights().objects, ...renderBaseline().objects]) {
    const found = await real.admin.read(object)
    expect(found, `${object.kind} ${object.metadata.name}`).not.toBeNull()
    const status = (found?.status ?? {}) as { typeChecking?: { expressionWarnings?: unknown[] } }
    expect(status.typeChecking?.expressionWarnings ?? []).toEqual([])
  }
})

test('with exactly these rights the whole tenant set is placed, and a repeat changes nothing', async () => {
  await new Promise((resolve) => setTimeout(resolve, 4000))
  const changed = (await prime()).filter((outcome) => !outcome.endsWith('unchanged'))
  expect(changed).toEqual([])
})

test('the hub keeps to namespaces that it made: no other is labelled, written to or removed', async () => {
  await real.admin.apply(namespace('somebodys'))
  expect(await refusedFor(namespace('plain'))).toContain('makes and removes only tenant namespaces')
  expect(await refusedFor(namespace('somebodys', TENANT_LABELS))).toContain('labels it first')
  expect(await refusedFor(configMap('default'))).toMatch(/cannot patch|only in tenant namespaces/)
  expect(await refusedFor(configMap('flux-system'))).toMatch(
    /cannot patch|only in tenant namespaces/,
  )
  const removed = real.hub.remove({ apiVersion: 'v1', kind: 'Namespace', name: 'somebodys' })
  await expect(removed).rejects.toMatchObject({ reason: 'policy_denied' })
  const own = {
    ...roleBinding(NAMES.hubRole),
    metadata: { name: 'try-there', namespace: 'flux-system' },
  }
  expect(await refusedFor(own)).toContain('only in tenant namespaces')
})

test('the hub hands out three roles and no other, reads no Secret, and may not act as somebody else', async () => {
  for (const role of [NAMES.tenantRole, NAMES.hubRole, 'view'])
    expect(await refusedFor(roleBinding(role))).toBe('let through')
  for (const role of ['cluster-admin', 'admin', 'edit'])
    expect(await refusedFor(roleBinding(role))).toMatch(/not found|attempting to grant|forbidden/)
  for (const where of ['flux-system', 'kube-system'])
    await expect(
      real.hub.list({ apiVersion: 'v1', kind: 'Secret', namespace: where }),
    ).rejects.toMatchObject({ reason: 'forbidden' })
  const rules = JSON.stringify(renderHubRights().objects)
  for (const verb of ['impersonate', 'escalate', 'update"', '"verbs":["*"'])
    expect(rules.replace(JSON.stringify(renderHubRights().objects.at(-2)), '')).not.toContain(verb)
})

const flux = { namespace: NAMESPACE, name: NAMES.serviceAccount }
const boss = { namespace: NAMESPACE, name: 'boss' }
const ours = (kind: string) => {
  const found = OBJECTS.find((object) => object.kind === kind)
  if (!found) throw new Error(`no ${kind} in the set`)
  return found
}

test('a tenant’s reconciler widens nothing it was given: quota, limits, network, roles, sources', async () => {
  for (const kind of [
    'ResourceQuota',
    'LimitRange',
    'NetworkPolicy',
    'RoleBinding',
    'GitRepository',
    'Kustomization',
    'Provider',
    'Namespace',
  ])
    expect(await real.applyAs(flux, ours(kind)), kind).toMatchObject({ status: 403 })
  expect(await real.applyAs(flux, ours('Secret'))).toMatchObject({
    status: 403,
    message: expect.stringContaining('managed by Stairway'),
  })
  expect(await real.applyAs(flux, configMap('default'))).toMatchObject({ status: 403 })
  expect(await real.applyAs(flux, configMap(NAMESPACE, 'their-own'))).toBeNull()
})

test('even who administers the namespace cannot get around the appliers, the sources or the prime', async () => {
  await real.admin.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'boss', namespace: NAMESPACE },
  })
  await real.admin.apply({
    ...roleBinding('admin'),
    subjects: [{ kind: 'ServiceAccount', ...boss }],
  })
  const plain = (kind: string, name: string, spec: object): KubernetesObject => ({
    apiVersion: ours(kind).apiVersion,
    kind,
    metadata: { name, namespace: NAMESPACE },
    spec: { ...(ours(kind).spec as object), ...spec },
  })
  const said = async (object: KubernetesObject) => (await real.applyAs(boss, object))?.message ?? ''
  const kustomization = (spec: object) => said(plain('Kustomization', 'mine', spec))
  expect(await kustomization({})).toBe('')
  expect(await kustomization({ serviceAccountName: 'boss' })).toContain('serviceAccountName must')
  expect(await kustomization({ targetNamespace: 'default' })).toContain('targetNamespace must')
  expect(
    await kustomization({
      sourceRef: { kind: 'GitRepository', name: 'x', namespace: 'flux-system' },
    }),
  ).toContain('sourceRef.namespace must')
  expect(await kustomization({ kubeConfig: { secretRef: { name: 'x' } } })).toContain('kubeConfig')
  expect(await kustomization({ interval: '5s' })).toContain('interval must be at least')
  const git = (spec: object) => said(plain('GitRepository', 'mine', spec))
  expect(await git({ url: 'https://git.bank.example/payments/other.git' })).toBe('')
  expect(await git({ url: 'https://git.bank.example/lending/core.git' })).toContain('not allowed')
  expect(await git({ url: 'https://git.bank.example/payments/../lending/core.git' })).toMatch(
    /may not hold|not allowed/,
  )
  expect(await git({ recurseSubmodules: true })).toContain('submodules')
  for (const kind of [
    'ResourceQuota',
    'NetworkPolicy',
    'ServiceAccount',
    'Secret',
    'Kustomization',
  ])
    expect(
      await said({ ...ours(kind), metadata: { ...ours(kind).metadata, annotations: { a: 'b' } } }),
      kind,
    ).toMatch(/managed by Stairway|forbidden/)
  const asked = {
    apiVersion: ours('Kustomization').apiVersion,
    kind: 'Kustomization',
    metadata: {
      name: 'guarded',
      namespace: NAMESPACE,
      annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' },
    },
  }
  expect(await said(asked)).toBe('')
})
