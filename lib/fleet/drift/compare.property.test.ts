import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { serverSideApply, trackUpdate } from '#sandbox/fleet/apply.ts'
import { MANAGERS } from './cases.ts'
import { compare, isSuspect } from './compare.ts'
import { pathText, wantedOf } from './differences.ts'
import { remedyOf } from './remedy.ts'

type Served = Parameters<typeof serverSideApply>[1]

const KEYS = ['pods', 'requests.cpu', 'count/secrets', 'limits.memory', 'a']
const value = fc.constantFrom('1', '2', 'x', '500m', '1Gi')
const hard = fc.uniqueArray(fc.tuple(fc.constantFrom(...KEYS), value), {
  minLength: 1,
  selector: ([key]) => key,
})
const labels = fc.dictionary(fc.constantFrom('l.one', 'l/two', 'three'), value)
const planned = fc.record({ hard, labels }).map(
  (drawn): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'n', labels: drawn.labels },
    spec: { hard: Object.fromEntries(drawn.hard), scopes: ['BestEffort'] },
  }),
)
const write = fc.record({
  manager: fc.constantFrom('kubectl-edit', 'kubectl', 'argocd', 'helm', 'flux'),
  as: fc.constantFrom('apply', 'update'),
  hard,
})

const apply = (live: Served | undefined, object: KubernetesObject, manager: string) =>
  serverSideApply(live, object as Served, { manager, force: true })

function written(
  live: Served,
  { manager, as, hard: drawn }: { manager: string; as: string; hard: [string, string][] },
): Served {
  const fields = Object.fromEntries(drawn)
  if (as === 'apply') {
    const { apiVersion, kind, metadata } = live
    const { name, namespace } = metadata
    const config = { apiVersion, kind, metadata: { name, namespace }, spec: { hard: fields } }
    return apply(live, config as KubernetesObject, manager)
  }
  const before = (live.spec as { hard: object }).hard
  const next = structuredClone({ ...live, spec: { ...live.spec, hard: { ...before, ...fields } } })
  trackUpdate(live, next, manager)
  return next
}

const asObject = (served: Served) => served as unknown as KubernetesObject

test('as applied, nothing deserves a look', () => {
  fc.assert(
    fc.property(planned, (wanted) => {
      const live = asObject(apply(undefined, wanted, 'stairway'))
      expect(isSuspect(wanted, live, MANAGERS)).toBe(false)
    }),
  )
})

test('whatever others write, every field of ours that stands otherwise is found with who wrote it, and what is found is all', () => {
  fc.assert(
    fc.property(planned, fc.array(write, { minLength: 1, maxLength: 4 }), (wanted, writes) => {
      const first = apply(undefined, wanted, 'stairway')
      const live = writes.reduce(written, first)
      const wouldBe = asObject(apply(live, wanted, 'stairway'))
      const finding = compare({ wanted, live: asObject(live), wouldBe }, MANAGERS)
      const set = (wanted.spec as { hard: Record<string, string> }).hard
      const stands = (live.spec as { hard: Record<string, string> }).hard
      const changed = Object.keys(set).filter((key) => set[key] !== stands[key])
      const beside = Object.keys(stands).filter((key) => !(key in set))
      const told = (drift: string) =>
        finding?.differences.flatMap((one) => (one.drift === drift ? [one.path.at(-1)] : [])) ?? []
      expect(told('edited').sort()).toEqual(changed.sort())
      expect(told('added').sort()).toEqual(beside.sort())
      if (finding) expect(isSuspect(wanted, asObject(live), MANAGERS)).toBe(true)
      // who takes a field away leaves no name
      for (const one of finding?.differences ?? [])
        if (one.found !== null) expect(writes.map(({ manager }) => manager)).toContain(one.manager)
    }),
  )
})

test('what is mended without a person’s word takes nothing from another program', () => {
  fc.assert(
    fc.property(planned, fc.array(write, { minLength: 1, maxLength: 3 }), (wanted, writes) => {
      const live = writes.reduce(written, apply(undefined, wanted, 'stairway'))
      const wouldBe = apply(live, wanted, 'stairway')
      const finding = compare(
        { wanted, live: asObject(live), wouldBe: asObject(wouldBe) },
        MANAGERS,
      )
      if (!finding || remedyOf(finding, { takeOver: false }).act === 'leave') return
      const programs = ['argocd', 'helm']
      const held = (object: Served) =>
        (object.metadata.managedFields ?? [])
          .filter(({ manager }) => programs.includes(manager))
          .map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1])
      expect(held(wouldBe)).toEqual(held(live))
    }),
  )
})

test('no value of a Secret is ever told', () => {
  const secrets = fc.dictionary(
    fc.constantFrom('token', 'user', 'key'),
    fc.string({ minLength: 6, unit: fc.constantFrom(...'QZXJVK') }),
  )
  fc.assert(
    fc.property(secrets, secrets, (minted, others) => {
      const base = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque' }
      const metadata = { name: 's', namespace: 'n' }
      const data = Object.fromEntries(
        Object.entries(others).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
      )
      const wanted = { ...base, metadata, stringData: minted }
      const live = { ...base, metadata: { ...metadata, managedFields: [] }, data }
      const text = JSON.stringify(compare({ wanted, live, wouldBe: null }, MANAGERS) ?? {})
      for (const value of [
        ...Object.values(minted),
        ...Object.values(others),
        ...Object.values(data),
      ])
        expect(text).not.toContain(value)
    }),
  )
})

test('a path is written as people write it', () => {
  expect(pathText(['spec', 'limits', 0, 'max'])).toBe('.spec.limits[0].max')
  expect(pathText(['metadata', 'labels', 'a.b/c'])).toBe('.metadata.labels["a.b/c"]')
  expect(
    wantedOf({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x', uid: 'u' }, status: 1 }),
  ).toEqual({})
})
