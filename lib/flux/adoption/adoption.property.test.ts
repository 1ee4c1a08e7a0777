import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWithin, type Take } from './adoption.ts'

const word = fc.constantFrom('a', 'b', 'c')
const pair = fc.record({ manager: word, field: word.map((name) => `.spec.${name}`) })
const object = fc.record({ kind: fc.constantFrom('ResourceQuota', 'LimitRange'), name: word })
const take: fc.Arbitrary<Take> = fc
  .tuple(object, pair)
  .map(([of, held]) => ({ ...of, ...held, from: '"1"', to: '"2"' }))

const ownersOf = (pairs: readonly { manager: string; field: string }[]) =>
  [...new Set(pairs.map(({ manager }) => manager))].map((manager) => ({
    manager,
    fields: pairs.filter((one) => one.manager === manager).map(({ field }) => field),
  }))

test('a conflict is inside the approved list exactly when each of its fields is, under that manager, on that object', () => {
  fc.assert(
    fc.property(fc.array(take), object, fc.array(pair), (takes, of, pairs) => {
      const approved = new Set(
        takes.map(({ kind, name, manager, field }) => `${kind}/${name} ${manager} ${field}`),
      )
      const each = pairs.map(({ manager, field }) => `${of.kind}/${of.name} ${manager} ${field}`)
      expect(isWithin(takes, of, ownersOf(pairs))).toBe(
        each.length > 0 && each.every((one) => approved.has(one)),
      )
    }),
  )
})

test('one more field in dispute than approved is outside, and a conflict that names nothing is', () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1 }), object, (pairs, of) => {
      const takes = pairs.map((held) => ({ ...of, ...held, from: null, to: null }))
      expect(isWithin(takes, of, ownersOf(pairs))).toBe(true)
      const more = [...pairs, { manager: 'stranger', field: '.spec.a' }]
      expect(isWithin(takes, of, ownersOf(more))).toBe(false)
      expect(isWithin(takes, { ...of, name: 'another' }, ownersOf(pairs))).toBe(false)
    }),
  )
  expect(isWithin([], { kind: 'ResourceQuota', name: 'a' }, [])).toBe(false)
})
