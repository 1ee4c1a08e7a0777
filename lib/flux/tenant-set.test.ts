import { HelmRelease } from '@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease'
import { Kustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization'
import { Receiver } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1/Receiver'
import { Alert } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3/Alert'
import { Provider } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3/Provider'
import { GitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository'
import fc from 'fast-check'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { LimitRange } from 'kubernetes-models/v1/LimitRange'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { ResourceQuota } from 'kubernetes-models/v1/ResourceQuota'
import { Secret } from 'kubernetes-models/v1/Secret'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aTarget } from './cases/a-target.ts'
import { INTERVAL_CLASSES, SIZE_FACTS, SIZES, type TargetRecord } from './target.ts'
import { parseTenantObject, renderTenantSet, SECTION_OF_KIND } from './tenant-set.ts'

const MODELS = [
  Namespace,
  RoleBinding,
  ServiceAccount,
  ResourceQuota,
  LimitRange,
  NetworkPolicy,
  ConfigMap,
  Secret,
  GitRepository,
  HelmRelease,
  Kustomization,
  Provider,
  Alert,
  Receiver,
]

function objectsOf(target: TargetRecord): KubernetesObject[] {
  return renderTenantSet(target).map((object) => parseTenantObject(object.yaml))
}

function theOnly(
  objects: readonly KubernetesObject[],
  kind: string,
  name?: string,
): KubernetesObject {
  const found = objects.filter(
    (object) => object.kind === kind && (!name || object.metadata.name === name),
  )
  const [object] = found
  if (!object || found.length > 1) throw new Error(`${found.length} objects of kind ${kind}`)
  return object
}

/** Throws what the kind's own schema says. */
function validate(object: KubernetesObject): void {
  const model = MODELS.find(
    (entry) => entry.kind === object.kind && entry.apiVersion === object.apiVersion,
  )
  if (!model) throw new Error(`no schema for ${object.apiVersion} ${object.kind}`)
  ;new (model as unknown as new (data: KubernetesObject) => { validate(): void })(object).validate()
}

test('the set of a target is exactly what was reviewed', async () => {
  const text = renderTenantSet(aTarget()).map(
    (object) => `# ${object.section}: ${object.path}\n${object.yaml}`,
  )
  await expect(text.join('---\n')).toMatchFileSnapshot('golden/tenant-set.yaml')
})

test('a template that is delivered by Helm gives a HelmRelease in place of the Kustomization, and all else alike', async () => {
  const helm = aTarget({ service: { slug: 'ledger-api', servesHttp: true, delivery: 'helm' } })
  const [rendered, plain] = [renderTenantSet(helm), renderTenantSet(aTarget())]
  const unlike = rendered.filter(({ yaml }) => !plain.some((other) => other.yaml === yaml))
  expect(unlike.map(({ kind }) => kind)).toEqual(['Alert', 'HelmRelease'])
  expect(rendered.map(({ kind }) => (kind === 'HelmRelease' ? 'Kustomization' : kind))).toEqual(
    plain.map(({ kind }) => kind),
  )
  const text = unlike.map(({ section, path, yaml }) => `# ${section}: ${path}\n${yaml}`)
  await expect(text.join('---\n')).toMatchFileSnapshot('golden/helm-release.yaml')
})

test('the set is accepted by the schemas of Kubernetes and Flux, in every size, interval class and shape', () => {
  for (const size of SIZES) {
    for (const interval of Object.keys(INTERVAL_CLASSES) as (keyof typeof INTERVAL_CLASSES)[]) {
      for (const [servesHttp, delivery] of [
        [true, undefined],
        [false, undefined],
        [true, 'helm'],
      ] as const) {
        const service = { slug: 'ledger-api', servesHttp, delivery }
        for (const object of objectsOf(aTarget({ size, interval, service }))) validate(object)
      }
    }
  }
})

test('a schema does refuse what is wrong', () => {
  const policy = theOnly(objectsOf(aTarget()), 'NetworkPolicy', 'default-deny')
  expect(() => validate({ ...policy, spec: { podSelector: [], policyTypes: 'Ingress' } })).toThrow()
})

test('the set gives every object one place in the plan, and every kind a section', () => {
  const set = renderTenantSet(aTarget())
  expect(new Set(set.map((object) => object.path)).size).toBe(set.length)
  expect(set.map((object) => object.ordinal)).toEqual(set.map((_, index) => index))
  for (const object of set) {
    expect(object.path).toMatch(/^cluster\/prod-eu-1\/pay-ledger-api-prod\/[A-Z]\w+\/[a-z0-9-]+$/)
    expect(object.section).toBe(SECTION_OF_KIND[object.kind])
  }
  const helm = aTarget({ service: { slug: 'ledger-api', servesHttp: true, delivery: 'helm' } })
  const kinds = [...set, ...renderTenantSet(helm)].map((object) => object.kind)
  expect(new Set(kinds)).toEqual(new Set(Object.keys(SECTION_OF_KIND)))
})

test('the set comes in an order in which each object finds what it needs', () => {
  const place = renderTenantSet(aTarget()).map((object) =>
    object.path.split('/').slice(3).join('/'),
  )
  const before = (first: string, second: string) =>
    expect(place.indexOf(first)).toBeLessThan(place.indexOf(second))
  expect(place[0]).toBe('Namespace/pay-ledger-api-prod')
  expect(place[1]).toBe('RoleBinding/stairway-hub')
  before('NetworkPolicy/default-deny', 'Kustomization/ledger-api')
  before('ResourceQuota/tenant-quota', 'Kustomization/ledger-api')
  before('RoleBinding/payments-reconciler', 'Kustomization/ledger-api')
  before('ConfigMap/flux-runtime-info', 'Kustomization/ledger-api')
  before('Secret/flux-git-auth', 'GitRepository/ledger-api')
  before('GitRepository/ledger-api', 'Kustomization/ledger-api')
  before('Secret/stairway-hmac', 'Provider/stairway')
  before('Provider/stairway', 'Alert/stairway')
  before('Secret/flux-receiver-token', 'Receiver/stairway')
})

test('the set enforces the restricted profile and binds the tenant to its own role only', () => {
  const objects = objectsOf(aTarget())
  expect(theOnly(objects, 'Namespace').metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
    'toolkit.fluxcd.io/role': 'tenant',
    'app.kubernetes.io/managed-by': 'stairway',
  })
  const roles = objects
    .filter(({ kind }) => kind === 'RoleBinding')
    .map(({ roleRef, subjects }) => [roleRef, subjects])
  expect(roles).toEqual([
    [
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'stairway-hub-tenant' },
      [{ kind: 'ServiceAccount', name: 'stairway', namespace: 'stairway-system' }],
    ],
    [
      {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'flux-tenant-reconciler',
      },
      [{ kind: 'ServiceAccount', name: 'flux', namespace: 'pay-ledger-api-prod' }],
    ],
  ])
})

test('the set opens the way from the ingress controller only for a template that serves HTTP on a cluster that has one', () => {
  const names = (target: TargetRecord) =>
    objectsOf(target).flatMap((object) =>
      object.kind === 'NetworkPolicy' ? [object.metadata.name] : [],
    )
  const closed = ['default-deny', 'allow-same-namespace-and-dns']
  expect(names(aTarget())).toEqual([...closed, 'allow-ingress-controller'])
  expect(names(aTarget({ service: { slug: 'ledger-api', servesHttp: false } }))).toEqual(closed)
  const cluster = { ...aTarget().cluster, ingressNamespace: null }
  expect(names(aTarget({ cluster }))).toEqual(closed)
})

test('the set reports to the hook of its own cluster and tenant, and never to the record of a change', () => {
  const target = aTarget()
  expect(theOnly(objectsOf(target), 'Provider').spec).toMatchObject({
    address: 'https://stairway.bank.example/api/hooks/flux/v1/clu_prod-eu-1/ten_payments',
  })
  expect(renderTenantSet(target).some((object) => /chg_|run_/.test(object.yaml))).toBe(false)
})

test('larger sizes reserve more', () => {
  const sizes = SIZES.map((size) => SIZE_FACTS[size])
  for (const fact of ['cpuMilli', 'memoryMib', 'pods', 'replicas'] as const) {
    const values = sizes.map((size) => size[fact])
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b))
  }
})

test.each(SIZES)(
  'a %s service fits into its own quota, also while a rollout runs old and new side by side',
  (size) => {
    const { cpuMilli, memoryMib, pods, replicas, container } = SIZE_FACTS[size]
    expect(2 * replicas).toBeLessThanOrEqual(pods)
    expect(2 * replicas * container.cpuMilli).toBeLessThanOrEqual(cpuMilli)
    expect(2 * replicas * container.memoryMib).toBeLessThanOrEqual(memoryMib)
  },
)

test('whatever the names are, the text parses back to what was meant and holds no tag, anchor or second document', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(text, text, (name, slug) => {
      const target = aTarget({
        cluster: { ...aTarget().cluster, name },
        tenant: { id: 'ten_1', slug, prefix: 'pay' },
      })
      const objects = objectsOf(target)
      expect(theOnly(objects, 'ConfigMap').data).toMatchObject({
        CLUSTER_NAME: name,
        TENANT: slug,
      })
      expect(theOnly(objects, 'Namespace').metadata.labels?.['toolkit.fluxcd.io/tenant']).toBe(slug)
    }),
    { numRuns: 60 },
  )
})

test('what is not one Kubernetes object is refused', () => {
  for (const text of [
    '',
    '42',
    '[]',
    'kind: Secret',
    'apiVersion: v1\nkind: Secret\nmetadata: {}',
    'a: 1\n---\nb: 2',
  ]) {
    expect(() => parseTenantObject(text)).toThrow()
  }
})
