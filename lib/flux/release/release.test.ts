import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aTarget } from '../cases/a-target.ts'
import { parseTenantObject, renderTenantSet } from '../tenant-set.ts'
import { foreignIn, leftInWords, orphansIn } from './left-behind.ts'
import { endingOf, inReleaseOrder, isRemoved, stageOf } from './order.ts'
import { whyNamespaceStays, whyStuck } from './stuck.ts'

const SET = renderTenantSet(aTarget()).map(({ kind, ordinal, yaml }) => ({
  ...{ kind, ordinal },
  name: parseTenantObject(yaml).metadata.name,
}))

test('a whole tenant set goes in the order that neither orphans nor hangs', () => {
  expect(inReleaseOrder(SET).map(({ kind, name }) => `${kind} ${name}`)).toMatchInlineSnapshot(`
    [
      "Receiver stairway",
      "Kustomization ledger-api",
      "GitRepository ledger-api",
      "Alert stairway",
      "Provider stairway",
      "Secret flux-receiver-token",
      "Secret stairway-hmac",
      "Secret flux-git-auth",
      "ConfigMap flux-runtime-info",
      "RoleBinding payments-reconciler",
      "ServiceAccount flux",
      "NetworkPolicy allow-ingress-controller",
      "NetworkPolicy allow-same-namespace-and-dns",
      "NetworkPolicy default-deny",
      "LimitRange tenant-limits",
      "ResourceQuota tenant-quota",
      "RoleBinding stairway-hub",
      "Namespace pay-ledger-api-prod",
    ]
  `)
})

test('what Flux needs to delete goes after its Kustomization, our own rights and the namespace last', () => {
  const kinds = inReleaseOrder([...SET].reverse()).map(({ kind }) => kind)
  const place = (kind: string) => kinds.indexOf(kind)
  for (const kind of ['GitRepository', 'ServiceAccount', 'RoleBinding', 'Secret', 'Alert'])
    expect(place(kind), kind).toBeGreaterThan(place('Kustomization'))
  expect(kinds.slice(-2)).toEqual(['RoleBinding', 'Namespace'])
  expect(() => stageOf({ kind: 'Canary', name: 'x' })).toThrow('no place')
})

test('left running, workloads keep what guards them and the namespace that they are in', () => {
  const kept = SET.filter((object) => !isRemoved(object, 'orphan')).map(({ kind }) => kind)
  expect([...new Set(kept)].sort()).toEqual([
    'LimitRange',
    'Namespace',
    'NetworkPolicy',
    'ResourceQuota',
  ])
  expect(SET.every((object) => isRemoved(object, 'prune'))).toBe(true)
})

const kustomization = (fluxVersion: string | null) => {
  const target = aTarget({ cluster: { ...aTarget().cluster, fluxVersion } })
  const found = renderTenantSet(target).find(({ kind }) => kind === 'Kustomization')
  return parseTenantObject(found?.yaml ?? '')
}

test.each([
  ['v2.9.5', { deletionPolicy: 'WaitForTermination' }, { deletionPolicy: 'Orphan' }],
  ['v2.5.1', { deletionPolicy: 'Delete' }, { deletionPolicy: 'Orphan' }],
  ['v2.4.0', { prune: true }, { prune: false }],
])(
  'rendered for Flux %s, a Kustomization is told of its end in words known there',
  (version, prune, orphan) => {
    expect(endingOf('prune', kustomization(version))).toEqual(prune)
    expect(endingOf('orphan', kustomization(version))).toEqual(orphan)
  },
)

const HOME = { namespace: 'pay-x-dev', service: 'x', own: new Set(['ours']) }
const an = (kind: string, name: string, metadata: object = {}, more: object = {}) =>
  ({
    ...{ apiVersion: 'v1', kind, ...more },
    metadata: { name, namespace: 'pay-x-dev', uid: name, ...metadata },
  }) as KubernetesObject
const by = (...managers: string[]) => ({
  managedFields: managers.map((manager, n) => ({ manager, time: `2026-11-25T10:00:0${n}Z` })),
})
const applied = {
  'kustomize.toolkit.fluxcd.io/name': 'x',
  'kustomize.toolkit.fluxcd.io/namespace': 'pay-x-dev',
}

test('ours is what carries our uid, whatever its name or labels say', () => {
  expect(foreignIn([an('Secret', 'a', { uid: 'ours' })], HOME)).toEqual([])
  const alike = an('Secret', 'a', { labels: { 'app.kubernetes.io/managed-by': 'stairway' } })
  expect(foreignIn([alike], HOME)).toEqual([{ kind: 'Secret', name: 'a', owner: 'stairway' }])
})

test('what the cluster makes by itself is nobody’s, and what has an owner goes with it', () => {
  const owned = { ownerReferences: [{ kind: 'ReplicaSet', name: 'r', controller: true }] }
  const itself = [
    an('ServiceAccount', 'default'),
    an('ConfigMap', 'kube-root-ca.crt'),
    an('Event', 'x.1'),
    an('EndpointSlice', 'x-1'),
    an('Pod', 'x-1', owned),
    an('PersistentVolumeClaim', 'data-x-0', by('kube-controller-manager', 'kubelet')),
  ]
  expect(foreignIn(itself, HOME)).toEqual([])
})

test('everything else is foreign, and says whose it is as far as it says', () => {
  const others = [
    an('ConfigMap', 'notes', by('kubectl-edit', 'somebody')),
    an('Deployment', 'cache', { annotations: { 'meta.helm.sh/release-name': 'cache' } }),
    an('Deployment', 'web', { labels: applied }),
    an('Service', 'other', {
      labels: { ...applied, 'kustomize.toolkit.fluxcd.io/name': 'y' },
    }),
    an('PersistentVolumeClaim', 'theirs', by('kubectl', 'kube-controller-manager')),
    an('Role', 'bare'),
  ]
  const left = foreignIn(others, HOME)
  expect(left.map(({ name, owner }) => `${name}: ${owner}`)).toEqual([
    'notes: kubectl-edit',
    'cache: Helm release cache',
    'web: this service',
    'theirs: kubectl',
    'bare: nobody says',
    'other: Kustomization pay-x-dev/y',
  ])
  expect(leftInWords(left, 2)).toBe(
    'ConfigMap notes (kubectl-edit), Deployment cache (Helm release cache) and 4 more',
  )
})

test('an orphan is what the Kustomization had applied, unless it was told to stay or goes by itself', () => {
  const kept = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }
  const objects = [
    an('Deployment', 'web', { labels: applied }),
    an('Secret', 'kept', { labels: applied, annotations: kept }),
    an('Secret', 'other', {}),
    an('EndpointSlice', 'web-x1', { labels: applied }),
    an('ReplicaSet', 'web-1', {
      labels: applied,
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    }),
  ]
  expect(orphansIn(objects, HOME).map(({ metadata }) => metadata.name)).toEqual(['web'])
})

const stuck = (kind: string, finalizer: string) => an(kind, 'x', { finalizers: [finalizer] })
const warned = (kind: string, message: string, lastTimestamp = '2026-11-25T10:00:00Z') =>
  an(
    'Event',
    'e',
    {},
    { involvedObject: { kind, name: 'x' }, type: 'Warning', message, lastTimestamp },
  )

test('a stuck deletion is told by finalizer, controller and its last word', () => {
  const events = [
    warned('Kustomization', 'pruning for deleted resource failed', '2026-11-25T10:05:00Z'),
    warned('Kustomization', 'older'),
    warned('Alert', 'not about it', '2026-11-25T11:00:00Z'),
  ]
  expect(whyStuck(stuck('Kustomization', 'finalizers.fluxcd.io'), events)).toMatchObject({
    code: 'finalizer_forbidden',
    whose: 'ours',
    detail:
      'Kustomization x is being deleted and waits for the finalizer finalizers.fluxcd.io of kustomize-controller: pruning for deleted resource failed',
  })
  expect(whyStuck(stuck('Provider', 'finalizers.fluxcd.io'), [])).toMatchObject({
    code: 'finalizer_stuck',
    detail: expect.stringContaining('notification-controller; no event says why'),
    nextStep: expect.stringContaining('kubectl -n flux-system get deploy notification-controller'),
  })
  expect(whyStuck(stuck('PersistentVolumeClaim', 'backup.example/keep'), [])).toMatchObject({
    code: 'finalizer_foreign',
    whose: 'another_team',
    nextStep: expect.stringContaining('backup.example/keep'),
  })
})

test('a namespace that does not go says what the API server says of it', () => {
  const conditions = [
    { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'fine' },
    {
      type: 'NamespaceContentRemaining',
      status: 'True',
      message: 'Some resources are remaining: widgets. has 1',
    },
  ]
  const told = whyNamespaceStays(an('Namespace', 'pay-x-dev', {}, { status: { conditions } }))
  expect(told.detail).toBe(
    'namespace pay-x-dev is being deleted: Some resources are remaining: widgets. has 1',
  )
})
