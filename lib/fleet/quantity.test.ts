import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasUnit, quantityOf } from './quantity.ts'

test('a quantity and the same in thousandths or in units of 1024 amount to the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (n) => {
      expect(quantityOf(`${n * 1000}m`)).toBeCloseTo(quantityOf(String(n)), 6)
      expect(quantityOf(`${n * 1024}Mi`)).toBe(quantityOf(`${n}Gi`))
      expect([hasUnit(String(n)), hasUnit(`${n}k`)]).toEqual([false, true])
    }),
  )
})

test.each(['', 'many', '1 Gi', '-1', '1e3', '0x10', 'Gi'])('%j is no quantity', (text) => {
  expect([quantityOf(text), hasUnit(text)]).toEqual([Number.NaN, false])
})
