import { expect, test } from 'vitest'
import { compareBaseline, differenceOf } from '#lib/fleet/baseline/compare.ts'
import { isInForce, lackInWords } from '#lib/fleet/baseline/look.ts'
import { baselineProbes } from '#lib/flux/baseline/probes.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { baselineTerms, manifestText, planBaseline } from './plan-baseline.ts'

const MANIFEST = renderBaseline()
const OBJECTS = MANIFEST.objects
const [ROLE, POLICY, BINDING] = OBJECTS
if (!ROLE || !POLICY || !BINDING) throw new Error('the baseline has fewer objects than known')

/** As an API server hands an object out: with what it fills in, and what others added. */
function served(object: KubernetesObject): KubernetesObject {
  const { matchConstraints, ...spec } = (object.spec ?? {}) as Record<string, unknown>
  const filled = matchConstraints
    ? {
        matchConstraints: {
          ...matchConstraints,
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
        },
      }
    : {}
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'baseline' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ...{ uid: 'u', resourceVersion: '1', generation: 1, managedFields: [] },
    },
    ...(object.spec ? { spec: { ...spec, ...filled }, status: { observedGeneration: 1 } } : {}),
  }
}

const cluster = (
  standing: readonly KubernetesObject[],
  recorded: { kind: string; name: string }[] = [],
) => baselineTerms(MANIFEST, { id: 'clu_1', name: 'dev-eu-1', standing, recorded })
const actions = (standing: readonly KubernetesObject[]) =>
  planBaseline(MANIFEST, cluster(standing)).items.map(({ action }) => action)

test('what is downloaded is the manifest byte for byte, whatever stands', () => {
  for (const standing of [[], OBJECTS.map(served)]) {
    const { items } = planBaseline(MANIFEST, cluster(standing))
    expect(sha256Hex(manifestText(items))).toBe(MANIFEST.hash)
    for (const { hash, body } of items) expect(sha256Hex(body)).toBe(hash)
  }
})

test('objects are new, altered with what stands beside them, unchanged, or no longer wanted', () => {
  expect(actions([])).toEqual([...Array(OBJECTS.length).fill('create'), 'alter'])
  expect(actions(OBJECTS.map(served))).toEqual([...Array(OBJECTS.length).fill('keep'), 'alter'])
  const old = { ...BINDING, metadata: { name: 'of-an-earlier-version' } }
  const open = { ...POLICY, spec: { ...(POLICY.spec as object), failurePolicy: 'Ignore' } }
  const standing = [ROLE, open, old].map(served)
  const recorded = [{ kind: old.kind, name: 'of-an-earlier-version' }]
  const { items } = planBaseline(MANIFEST, cluster(standing, recorded))
  const altered = items.filter(({ previous }) => previous)
  expect(altered.map(({ path }) => path)).toEqual([
    `baseline/ValidatingAdmissionPolicy/${POLICY.metadata.name}`,
  ])
  const lines = (text = '') => new Set(text.split('\n'))
  const [fresh, stood] = [lines(altered[0]?.body), lines(altered[0]?.previous?.body)]
  expect([...stood].filter((line) => !fresh.has(line))).toEqual([
    '  labels:',
    '    kustomize.toolkit.fluxcd.io/name: baseline',
    '  failurePolicy: Ignore',
  ])
  const removed = items.filter(({ action }) => action === 'remove')
  expect(removed.map(({ path }) => path)).toEqual([
    'baseline/ValidatingAdmissionPolicyBinding/of-an-earlier-version',
  ])
  expect(manifestText(items)).not.toContain('of-an-earlier-version')
})

test('the hash moves with what is compared, and is the same for the same', () => {
  const of = (standing: KubernetesObject[]) => planBaseline(MANIFEST, cluster(standing)).hash
  expect(of([])).toBe(of([]))
  expect(of([ROLE])).not.toBe(of([]))
  const terms = cluster(OBJECTS.map(served))
  const stored = JSON.parse(JSON.stringify(terms)) as typeof terms
  expect(planBaseline(MANIFEST, stored).hash).toBe(planBaseline(MANIFEST, terms).hash)
  expect(planBaseline({ ...MANIFEST, hash: '0'.repeat(64) }, terms).hash).not.toBe(
    planBaseline(MANIFEST, terms).hash,
  )
})

const spec = (object: KubernetesObject, more: object) => ({
  ...object,
  spec: { ...(object.spec as object), ...more },
})

test.each([
  [
    'the order of rules',
    { ...ROLE, rules: [...(ROLE.rules as object[])].reverse() },
    ROLE,
    undefined,
  ],
  [
    'a rule more',
    { ...ROLE, rules: [...(ROLE.rules as object[]), { verbs: ['*'] }] },
    ROLE,
    'rules',
  ],
  ['roles taken in', { ...ROLE, aggregationRule: {} }, ROLE, 'aggregationRule'],
  [
    'a weaker failure policy',
    spec(POLICY, { failurePolicy: 'Ignore' }),
    POLICY,
    'spec.failurePolicy',
  ],
  ['no validation', spec(POLICY, { validations: [] }), POLICY, 'spec.validations'],
  ['a condition more', spec(POLICY, { paramKind: { kind: 'x' } }), POLICY, 'spec.paramKind'],
  [
    'a binding that only audits',
    spec(BINDING, { validationActions: ['Audit'] }),
    BINDING,
    'spec.validationActions[0]',
  ],
  [
    'a binding for nobody',
    spec(BINDING, { matchResources: { namespaceSelector: { matchLabels: { none: 'x' } } } }),
    BINDING,
    'spec.matchResources.namespaceSelector.none',
  ],
])('%s is told from what a server fills in', (_, theirs, ours, at) => {
  const found = differenceOf(ours, served(theirs as KubernetesObject))
  if (at === undefined) expect(found).toBeUndefined()
  else expect(found?.startsWith(at.split('.').slice(0, 2).join('.'))).toBe(true)
})

test('it is in force when all stands and nothing gets through, and says else what is missing', () => {
  const equal = compareBaseline(OBJECTS, [], OBJECTS.map(served))
  const probe = {
    policy: 'flux-tenant-appliers',
    tries: 'it',
    outcome: 'refused',
    said: '',
  } as const
  const unasked = { ...probe, outcome: 'not_asked' } as const
  expect(isInForce({ objects: equal, probes: [probe, unasked] })).toBe(true)
  expect(lackInWords({ objects: equal, probes: [probe, unasked] })).toBe('')
  for (const outcome of ['let_through', 'unclear'] as const)
    expect(isInForce({ objects: equal, probes: [{ ...probe, outcome }] })).toBe(false)
  const going = { ...POLICY, metadata: { ...POLICY.metadata, deletionTimestamp: 'now' } }
  const objects = compareBaseline(
    [ROLE, POLICY, BINDING],
    [{ kind: 'ClusterRole', name: 'old' }],
    [going, served({ ...ROLE, metadata: { name: 'old' } })],
  )
  expect(objects.map(({ state }) => state)).toEqual(['missing', 'deleting', 'missing', 'unwanted'])
  expect(isInForce({ objects, probes: [] })).toBe(false)
  expect(lackInWords({ objects, probes: [{ ...probe, outcome: 'let_through' }] })).toContain(
    'flux-tenant-appliers does not act: it, and it was let through',
  )
})

test('every policy is asked something, and everything asked is named as a probe', () => {
  const policies = OBJECTS.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
  const asked = new Set(baselineProbes('pay-any-prod').map(({ policy }) => policy))
  expect([...asked].sort()).toEqual(policies.map(({ metadata }) => metadata.name).sort())
  for (const { object } of baselineProbes('pay-any-prod'))
    expect(['stairway-probe', 'default']).toContain(object.metadata.name)
  expect(
    baselineProbes(null).every(({ object }) => object.metadata.namespace !== 'pay-any-prod'),
  ).toBe(true)
})
