import { describe, expect, test } from 'vitest'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aTarget } from '../cases/a-target.ts'
import { parseTenantObject, renderTenantSet } from '../tenant-set.ts'
import { adoptionOf, adoptionRefused, movedIn } from './adoption.ts'
import { fieldsBeside, withoutSecrets } from './fields.ts'
import { type Standing, standingOf } from './standing.ts'

const set = renderTenantSet(aTarget({ namespace: 'ledger-live' }))
const PLACE = { cluster: 'prod-eu-1', namespace: 'ledger-live' }
const ABOUT = { namespace: 'ledger-live', tenant: 'payments', service: 'ledger-api' }

function held(manager: string, fieldsV1: object, operation = 'Update') {
  return { manager, operation, fieldsType: 'FieldsV1', fieldsV1 }
}

function quota(hard: Record<string, string>, manager = 'kubectl-create'): KubernetesObject {
  const own = Object.fromEntries(Object.keys(hard).map((key) => [`f:${key}`, {}]))
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: {
      name: 'tenant-quota',
      namespace: 'ledger-live',
      uid: 'u-quota',
      managedFields: [held(manager, { 'f:spec': { 'f:hard': { '.': {}, ...own } } })],
    },
    spec: { hard },
    status: { used: {} },
  }
}

function namespace(labels: Record<string, string> = {}): KubernetesObject {
  const own = Object.fromEntries(Object.keys(labels).map((key) => [`f:${key}`, {}]))
  const managedFields = [held('kubectl', { 'f:metadata': { 'f:labels': { '.': {}, ...own } } })]
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ledger-live', uid: 'u-ns', labels, managedFields },
  }
}

function made(kind: string, name: string, metadata: object = {}): KubernetesObject {
  const managedFields = [held('kubectl-client-side-apply', {})]
  return { apiVersion: 'v1', kind, metadata: { name, managedFields, ...metadata } }
}

function standing(objects: KubernetesObject[], own = namespace()): Standing {
  const wanted = set.map(({ yaml }) => parseTenantObject(yaml))
  return standingOf({ namespace: own, objects, unread: [], tried: [] }, wanted)
}
const wantedQuota = set
  .map(({ yaml }) => parseTenantObject(yaml))
  .find(({ kind }) => kind === 'ResourceQuota') as KubernetesObject

describe('the terms of an adoption', () => {
  test('list field by field what is taken over, from whom, and from what to what', () => {
    const found = standing([quota({ pods: '40', 'requests.cpu': '1000m' })])
    const { takes, adds, existing } = adoptionOf(PLACE, found, set)
    expect(takes).toEqual([
      {
        kind: 'ResourceQuota',
        name: 'tenant-quota',
        field: '.spec.hard.pods',
        manager: 'kubectl-create',
        from: '"40"',
        to: '"10"',
      },
    ])
    expect(existing).toEqual([
      { kind: 'Namespace', name: 'ledger-live' },
      { kind: 'ResourceQuota', name: 'tenant-quota' },
    ])
    expect(adds).toContainEqual({
      kind: 'Namespace',
      name: 'ledger-live',
      field: '.metadata.labels.pod-security.kubernetes.io/enforce',
      to: '"restricted"',
    })
  })

  test('take a Pod Security label over from who holds it', () => {
    const own = namespace({ 'pod-security.kubernetes.io/enforce': 'baseline' })
    expect(adoptionOf(PLACE, standing([], own), set).takes).toEqual([
      {
        kind: 'Namespace',
        name: 'ledger-live',
        field: '.metadata.labels.pod-security.kubernetes.io/enforce',
        manager: 'kubectl',
        from: '"baseline"',
        to: '"restricted"',
      },
    ])
  })

  test('keep what others made, with whose it is, and tell nothing of a Secret', () => {
    const helm = { annotations: { 'meta.helm.sh/release-name': 'cache' } }
    const secret = { ...made('Secret', 'flux-git-auth'), data: { password: 'c2VjcmV0' } }
    const found = standing([made('Deployment', 'cache', helm), made('ConfigMap', 'notes'), secret])
    const terms = adoptionOf(PLACE, found, set)
    expect(terms.kept).toEqual([
      { kind: 'ConfigMap', name: 'notes', owner: 'kubectl-client-side-apply' },
      { kind: 'Deployment', name: 'cache', owner: 'Helm release cache' },
    ])
    expect(JSON.stringify([found, terms])).not.toContain('c2VjcmV0')
    expect(withoutSecrets(secret).data).toEqual({ password: '(a secret)' })
  })

  test('add what the server says to what the managers say', () => {
    const item = set.find(({ kind }) => kind === 'ResourceQuota')
    const conflicts = [{ manager: 'quota-operator', field: '.spec.hard.count/secrets' }]
    const found = {
      ...standing([quota({ pods: '10' })]),
      tried: [{ hash: sha256Hex(item?.yaml ?? ''), conflicts }],
    }
    expect(adoptionOf(PLACE, found, set).takes).toEqual([
      expect.objectContaining({ manager: 'quota-operator', field: '.spec.hard.count/secrets' }),
    ])
  })

  test('are the same bytes for the same survey', () => {
    const found = standing([quota({ pods: '40' })])
    expect(adoptionOf(PLACE, found, set)).toEqual(adoptionOf(PLACE, structuredClone(found), set))
  })
})

describe('a namespace is refused', () => {
  const kustomized = (name: string, at: string) =>
    made('ConfigMap', 'x', {
      labels: {
        'kustomize.toolkit.fluxcd.io/name': name,
        'kustomize.toolkit.fluxcd.io/namespace': at,
      },
    })
  test.each([
    ['that is not there', { ...standing([]), namespace: null }, /not there/],
    [
      'of another tenant',
      standing([], namespace({ 'toolkit.fluxcd.io/tenant': 'markets' })),
      /belongs to tenant markets/,
    ],
    [
      'of another service of ours',
      standing([
        made('ResourceQuota', 'q', { labels: { 'stairway.internal/service': 'payments.x' } }),
      ]),
      /managed by Stairway already, for payments.x/,
    ],
    [
      'that another Kustomization applies to',
      standing([kustomized('apps', 'flux-system')]),
      /by Kustomization flux-system\/apps/,
    ],
    [
      'in which another Kustomization of the very name stands',
      standing([made('Kustomization', 'ledger-api', { namespace: 'ledger-live' })]),
      /by Kustomization ledger-live\/ledger-api/,
    ],
  ])('%s', (_, found, said) => {
    expect(adoptionRefused(found, ABOUT)).toMatch(said)
  })
  test('not where it is plain, nor where we came half-way already', () => {
    expect(adoptionRefused(standing([made('ConfigMap', 'notes')]), ABOUT)).toBeUndefined()
    const ours = { 'stairway.internal/service': 'payments.ledger-api' }
    const half = standing([
      made('Kustomization', 'ledger-api', { namespace: 'ledger-live', labels: ours }),
    ])
    expect(adoptionRefused(half, ABOUT)).toBeUndefined()
  })
})

describe('what moved', () => {
  const found = standing([quota({ pods: '40' })])
  const { takes } = adoptionOf(PLACE, found, set)
  test.each([
    ['nothing', quota({ pods: '40' }), []],
    ['we took it over already', quota({ pods: '10' }, 'stairway'), []],
    ['another value', quota({ pods: '50' }), [/pods is "50", no longer "40"/]],
    [
      'another owner',
      quota({ pods: '40' }, 'quota-operator'),
      [/held by quota-operator, no longer/, /held by quota-operator$/],
    ],
    ['it is gone', null, [/is gone/]],
    [
      'one more dispute',
      quota({ pods: '40', persistentvolumeclaims: '9' }),
      [/persistentvolumeclaims is held by kubectl-create/],
    ],
  ])('%s', (_, live, said) => {
    const moved = movedIn(takes, wantedQuota, live)
    expect(moved).toHaveLength(said.length)
    for (const [place, words] of said.entries()) expect(moved[place]).toMatch(words)
  })
})

test('what is held as a whole is one field: ours in it is no field of its own', () => {
  const wanted = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'x' },
    spec: { selector: { matchLabels: { a: 'b' } } },
  }
  const live = {
    ...wanted,
    metadata: { name: 'x', managedFields: [held('helm', { 'f:spec': { 'f:selector': {} } })] },
    spec: { selector: { matchLabels: { c: 'd' } } },
  }
  expect(fieldsBeside(wanted, live)).toEqual([
    {
      field: '.spec.selector',
      managers: ['helm'],
      from: '{"matchLabels":{"c":"d"}}',
      to: '{"matchLabels":{"a":"b"}}',
    },
  ])
})
