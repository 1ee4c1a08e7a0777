import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { readFeedback } from './feedback.ts'
import { readHelmRelease } from './helm-release.ts'
import { readKustomization, readSource } from './readiness.ts'
import { type Readiness, SEVERITY } from './verdict.ts'

const KINDS = [
  'GitRepository',
  'Kustomization',
  'HelmRelease',
  'HelmRepository',
  'Receiver',
] as const
const NOW = new Date('2026-11-24T12:00:00Z')

function read(object: KubernetesObject, source: KubernetesObject | null = null): Readiness {
  if (object.kind === 'Kustomization') return readKustomization(object, { now: NOW, source })
  if (object.kind === 'HelmRelease') return readHelmRelease(object, { now: NOW, source })
  if (object.kind === 'Receiver') return readFeedback(object, { now: NOW })
  return readSource(object, { now: NOW })
}

const time = fc.constantFrom('2026-11-24T11:59:59Z', '2026-11-24T10:00:00Z', 'soon', 7, null)
const word = fc.constantFrom('True', 'False', 'Unknown', 'true', 1, null)
const condition = fc.record(
  {
    type: fc.constantFrom('Ready', 'Reconciling', 'Stalled', 'Healthy', 'Drifted', 'Remediated', 7),
    status: word,
    reason: fc.oneof(fc.constantFrom('ReconciliationSucceeded', 'BuildFailed'), fc.anything()),
    message: fc.oneof(fc.string(), fc.anything()),
    observedGeneration: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.anything()),
    lastTransitionTime: time,
  },
  { requiredKeys: [] },
)
const status = fc.record(
  {
    observedGeneration: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.anything()),
    conditions: fc.oneof(
      fc.array(fc.oneof(condition, fc.anything()), { maxLength: 4 }),
      fc.anything(),
    ),
    lastAppliedRevision: fc.anything(),
    lastHandledReconcileAt: fc.oneof(fc.constant('token'), fc.anything()),
    artifact: fc.oneof(fc.record({ revision: fc.anything() }), fc.anything()),
    inventory: fc.oneof(fc.record({ entries: fc.anything() }), fc.anything()),
  },
  { requiredKeys: [] },
)
const objects = fc.record(
  {
    apiVersion: fc.constant('v1'),
    kind: fc.constantFrom(...KINDS),
    metadata: fc.oneof(
      fc.record(
        {
          name: fc.constant('x'),
          namespace: fc.constant('a'),
          generation: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.anything()),
          deletionTimestamp: time,
          creationTimestamp: time,
          annotations: fc.oneof(
            fc.record({ 'reconcile.fluxcd.io/requestedAt': fc.constant('token') }),
            fc.anything(),
          ),
          managedFields: fc.anything(),
        },
        { requiredKeys: ['name'] },
      ),
      fc.anything(),
    ),
    spec: fc.oneof(fc.record({ suspend: fc.anything(), timeout: fc.anything() }), fc.anything()),
    status: fc.oneof(status, fc.anything()),
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
) as unknown as fc.Arbitrary<KubernetesObject>

/** Mostly as a healthy object says it, so that some of them are ready. */
const mostly = <T>(good: T, ...bad: unknown[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant<unknown>(good) }, fc.constantFrom<unknown>(...bad))
const nearlyHealthy = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constantFrom(...KINDS),
  metadata: fc.record({
    name: fc.constant('x'),
    generation: mostly(2, 1, 3, '2', null),
    deletionTimestamp: mostly(undefined, '2026-11-24T11:59:59Z', 'soon'),
    annotations: mostly(undefined, { 'reconcile.fluxcd.io/requestedAt': 'token' }),
  }),
  spec: mostly({}, { suspend: true }, null),
  status: fc.record({
    observedGeneration: mostly(2, -1, 1, 3, undefined, '2'),
    lastHandledReconcileAt: mostly('token', 'other', undefined),
    inventory: mostly({ entries: [{ id: 'a_x__ConfigMap' }] }, { entries: [] }),
    conditions: fc
      .tuple(
        fc.record({
          type: fc.constant('Ready'),
          status: mostly('True', 'False', 'Unknown', 'true'),
          observedGeneration: mostly(2, 1, undefined),
        }),
        mostly(null, { type: 'Stalled', status: 'True' }, { type: 'Reconciling', status: 'True' }),
      )
      .map((list) => list.filter((entry) => entry !== null)),
  }),
}) as unknown as fc.Arbitrary<KubernetesObject>

type Loose = {
  metadata: {
    generation?: unknown
    deletionTimestamp?: unknown
    annotations?: Record<string, unknown>
  }
  spec?: { suspend?: unknown }
  status: {
    observedGeneration?: unknown
    lastHandledReconcileAt?: unknown
    inventory?: { entries?: unknown[] }
    conditions: { type?: unknown; status?: unknown; observedGeneration?: unknown }[]
  }
}

test('no status whatever throws, and each reads as one word with a cause, an owner and a next step', () => {
  fc.assert(
    fc.property(objects, fc.option(objects), (object, source) => {
      const verdict = read(object, source)
      expect(verdict.severity).toBe(SEVERITY[verdict.status])
      for (const text of [verdict.trouble.code, verdict.trouble.detail, verdict.trouble.nextStep])
        expect(text).toBeTruthy()
    }),
    { numRuns: 2000 },
  )
})

test('ready is only what says Ready True of this very generation, is not held, not going, and has done what was asked', () => {
  let ready = 0
  fc.assert(
    fc.property(fc.oneof(nearlyHealthy, objects), (object) => {
      if (read(object).status !== 'ready') return
      ready += 1
      const { metadata, spec, status: said } = object as unknown as Loose
      const list = said.conditions.filter((entry) => typeof entry === 'object' && entry !== null)
      const first = (type: string) => list.find((entry) => entry.type === type)
      expect(first('Ready')?.status).toBe('True')
      expect(first('Stalled')?.status).not.toBe('True')
      expect(first('Reconciling')?.status).not.toBe('True')
      expect(said.observedGeneration).toBe(metadata.generation)
      expect(typeof metadata.generation).toBe('number')
      const own = first('Ready')?.observedGeneration
      if (typeof own === 'number') expect(own).toBe(metadata.generation)
      expect(spec?.suspend).not.toBe(true)
      expect(metadata.deletionTimestamp ?? null).toBeNull()
      const asked = metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
      if (asked === 'token') expect(said.lastHandledReconcileAt).toBe('token')
      if (object.kind === 'Kustomization') expect(said.inventory?.entries).not.toEqual([])
    }),
    { numRuns: 5000 },
  )
  expect(ready).toBeGreaterThan(0)
})

test('of a healthy object, taking anything away or turning anything round never leaves it ready by chance', () => {
  const healthy = (): Loose & KubernetesObject => ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'x', namespace: 'a', generation: 2 },
    spec: {},
    status: {
      observedGeneration: 2,
      conditions: [{ type: 'Ready', status: 'True', observedGeneration: 2 }],
      inventory: { entries: [{ id: 'a_x__ConfigMap' }] },
    },
  })
  expect(read(healthy()).status).toBe('ready')
  const spoils: ((object: Loose) => void)[] = [
    (object) => Object.assign(object.status, { observedGeneration: undefined }),
    (object) => Object.assign(object.status, { observedGeneration: 1 }),
    (object) => Object.assign(object.status, { conditions: [] }),
    (object) => Object.assign(object.status.conditions[0] ?? {}, { status: 'true' }),
    (object) => Object.assign(object.status.conditions[0] ?? {}, { observedGeneration: 1 }),
    (object) => object.status.conditions.push({ type: 'Stalled', status: 'True' }),
    (object) => object.status.conditions.push({ type: 'Reconciling', status: 'True' }),
    (object) => object.status.conditions.push({ type: 'Healthy', status: 'False' }),
    (object) => Object.assign(object.status, { inventory: { entries: [] } }),
    (object) => Object.assign(object.metadata, { generation: 3 }),
    (object) => Object.assign(object.metadata, { deletionTimestamp: '2026-11-24T11:59:59Z' }),
    (object) => Object.assign(object, { spec: { suspend: true } }),
  ]
  for (const spoil of spoils) {
    const object = healthy()
    spoil(object)
    expect(read(object).status).not.toBe('ready')
  }
})
