import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aLive, MANAGERS, type Managed, QUOTA, QUOTA_FIELDS } from './cases.ts'
import { compare, isSuspect, missing } from './compare.ts'
import { pathText } from './differences.ts'
import { remedyOf } from './remedy.ts'

const OURS: Managed = { manager: 'stairway', fieldsV1: QUOTA_FIELDS }
const CPU_OURS: Managed = {
  manager: 'stairway',
  fieldsV1: {
    'f:metadata': { 'f:labels': { 'f:a.b/c': {} } },
    'f:spec': { 'f:hard': { 'f:requests.cpu': {} } },
  },
}
const pods = (manager: string, operation: 'Apply' | 'Update' = 'Update'): Managed => ({
  manager,
  operation,
  fieldsV1: { 'f:spec': { 'f:hard': { 'f:pods': {} } } },
})
const edited = { spec: { hard: { 'requests.cpu': '1', pods: '99' } } }
const asServed = { spec: { hard: { 'requests.cpu': '1', pods: '10' } } }

function found(wanted: KubernetesObject, live: KubernetesObject, wouldBe: KubernetesObject | null) {
  const finding = compare({ wanted, live, wouldBe }, MANAGERS)
  return finding?.differences.map(({ path, ...rest }) => ({ ...rest, path: pathText(path) }))
}

test('what the server wrote in its own way, all held by our apply, deserves no look', () => {
  const live = aLive(
    QUOTA,
    [OURS, { ...pods('kube-controller-manager'), subresource: 'status' }],
    asServed,
  )
  expect(isSuspect(QUOTA, live, MANAGERS)).toBe(false)
  expect(compare({ wanted: QUOTA, live, wouldBe: null }, MANAGERS)).toBeNull()
})

test('an edit by hand is told by its field, both values and who made it', () => {
  const live = aLive(QUOTA, [CPU_OURS, pods('kubectl-edit')], edited)
  expect(isSuspect(QUOTA, live, MANAGERS)).toBe(true)
  expect(found(QUOTA, live, aLive(QUOTA, [OURS], asServed))).toEqual([
    {
      path: '.spec.hard.pods',
      drift: 'edited',
      wanted: '10',
      found: '99',
      secret: false,
      manager: 'kubectl-edit',
      operation: 'Update',
      at: '2026-11-25T10:00:00Z',
      foreign: false,
    },
  ])
})

test('a field that another program applies is its own, and is left alone unless a person takes it over', () => {
  const live = aLive(QUOTA, [CPU_OURS, pods('argocd-controller', 'Apply')], edited)
  const finding = compare(
    { wanted: QUOTA, live, wouldBe: aLive(QUOTA, [OURS], asServed) },
    MANAGERS,
  )
  expect(finding?.drift).toBe('foreign')
  if (!finding) throw new Error('nothing was found')
  expect(remedyOf(finding, { takeOver: false })).toEqual({
    act: 'leave',
    why: 'held by argocd-controller',
  })
  expect(remedyOf(finding, { takeOver: true })).toMatchObject({
    act: 'mend',
    apply: { force: true },
  })
})

test('a field that was taken away is nobody’s, and is put back without force', () => {
  const live = aLive(QUOTA, [CPU_OURS], { spec: { hard: { 'requests.cpu': '1' } } })
  const finding = compare(
    { wanted: QUOTA, live, wouldBe: aLive(QUOTA, [OURS], asServed) },
    MANAGERS,
  )
  expect(finding?.differences).toMatchObject([{ wanted: '10', found: null, manager: null }])
  if (finding)
    expect(remedyOf(finding, { takeOver: false })).toMatchObject({ apply: { force: false } })
})

test('edited and edited back is no difference', () => {
  const live = aLive(QUOTA, [CPU_OURS, pods('kubectl-edit')], asServed)
  expect(isSuspect(QUOTA, live, MANAGERS)).toBe(true)
  expect(found(QUOTA, live, live)).toBeUndefined()
})

test('a rule that somebody added to a policy of ours is found, and taken away again', () => {
  const policy: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: 'pay' },
    spec: { podSelector: {}, policyTypes: ['Ingress'] },
  }
  const own = { 'f:spec': { 'f:podSelector': {}, 'f:policyTypes': {} } }
  const live = aLive(
    policy,
    [
      { manager: 'stairway', fieldsV1: own },
      { manager: 'kubectl-patch', fieldsV1: { 'f:spec': { 'f:ingress': {} } } },
    ],
    { spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] } },
  )
  expect(isSuspect(policy, live, MANAGERS)).toBe(true)
  const finding = compare({ wanted: policy, live, wouldBe: live }, MANAGERS)
  expect(finding).toMatchObject({ drift: 'added', differences: [{ wanted: null, found: '[{}]' }] })
  if (finding)
    expect(remedyOf(finding, { takeOver: false })).toMatchObject({ strip: [['spec', 'ingress']] })
})

const KUSTOMIZATION: KubernetesObject = {
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'ledger', namespace: 'pay' },
  spec: { path: './deploy' },
}
const suspendedBy = (...managers: string[]) =>
  aLive(
    KUSTOMIZATION,
    [
      { manager: 'stairway', fieldsV1: { 'f:spec': { 'f:path': {} } } },
      ...managers.map((manager) => ({ manager, fieldsV1: { 'f:spec': { 'f:suspend': {} } } })),
    ],
    { spec: { path: './deploy', suspend: true } },
  )

test.each([
  ['stairway-actions', undefined],
  ['kubectl-patch', 'suspended'],
  ['flux', 'suspended'],
  ['some-operator', 'suspended'],
])('suspended by %s: %s', (manager, drift) => {
  const live = suspendedBy(manager)
  expect(isSuspect(KUSTOMIZATION, live, MANAGERS)).toBe(drift !== undefined)
  const finding = compare({ wanted: KUSTOMIZATION, live, wouldBe: live }, MANAGERS)
  expect(finding?.drift).toBe(drift)
  if (!finding) return
  const left = manager === 'some-operator'
  expect(remedyOf(finding, { takeOver: false })).toMatchObject(
    left ? { act: 'leave' } : { act: 'mend', apply: false, resume: true },
  )
})

test('a binding to another role cannot be changed: it is made anew', () => {
  const role = (name: string) => ({ apiGroup: 'rbac', kind: 'ClusterRole', name })
  const wanted: KubernetesObject = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'r', namespace: 'pay' },
    roleRef: role('flux-tenant-reconciler'),
    subjects: [{ kind: 'ServiceAccount', name: 'flux', namespace: 'pay' }],
  }
  const by = { manager: 'kubectl-create', fieldsV1: { 'f:roleRef': {}, 'f:subjects': {} } }
  const live = aLive(wanted, [by], { roleRef: role('cluster-admin') })
  const finding = compare({ wanted, live, wouldBe: null }, MANAGERS)
  expect(finding).toMatchObject({
    drift: 'immutable',
    differences: [{ path: ['roleRef', 'name'], found: 'cluster-admin', manager: 'kubectl-create' }],
  })
  if (finding) expect(remedyOf(finding, { takeOver: false })).toEqual({ act: 'recreate' })
})

test('of a Secret only that it differs is told', () => {
  const wanted: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'pay' },
    type: 'Opaque',
    stringData: { token: 'the-minted-one', user: 'reader' },
  }
  const data = (token: string) => ({
    stringData: undefined,
    data: { token: Buffer.from(token).toString('base64'), user: 'cmVhZGVy' },
  })
  const own = { manager: 'stairway', fieldsV1: { 'f:stringData': { 'f:token': {} }, 'f:type': {} } }
  const hand = { manager: 'kubectl-edit', fieldsV1: { 'f:data': { 'f:token': {} } } }
  expect(isSuspect(wanted, aLive(wanted, [own], data('the-minted-one')), MANAGERS)).toBe(false)
  const finding = compare(
    { wanted, live: aLive(wanted, [own, hand], data('anothers')), wouldBe: null },
    MANAGERS,
  )
  expect(finding?.differences).toMatchObject([
    { path: ['data', 'token'], wanted: null, found: null, secret: true, manager: 'kubectl-edit' },
  ])
})

test('what is gone is missing, and what is going is waited for', () => {
  expect(remedyOf(missing(), { takeOver: false })).toEqual({ act: 'create' })
  const live = aLive(QUOTA, [OURS])
  live.metadata.deletionTimestamp = '2026-11-25T10:00:00Z'
  const finding = compare({ wanted: QUOTA, live, wouldBe: null }, MANAGERS)
  expect(finding?.drift).toBe('deleting')
  if (finding) expect(remedyOf(finding, { takeOver: true })).toEqual({ act: 'wait' })
})
