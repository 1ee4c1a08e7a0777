import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Gone } from '#lib/directory/ldap/removal.ts'
import { isTooMuch, lately } from './too-much.ts'

const NOW = new Date('2026-11-27T12:00:00Z')
const nobody = { removed: 0, of: 0 }
const gone = (people: number, hoursAgo = 1): Gone => ({
  ...{ people, members: 0 },
  at: new Date(NOW.getTime() - hoursAgo * 3_600_000).toISOString(),
})

test.each([
  [5, 20, 0, false],
  [6, 20, 0, true],
  [6, 60, 0, false],
  [7, 60, 0, true],
  [1, 55, 5, false],
  [2, 55, 5, true],
  [0, 10, 90, false],
  [1, 94, 6, false],
])('%i of %i, after %i in the same day: %s', (removed, of, before, held) => {
  const facts = { people: { removed, of }, members: nobody }
  expect(isTooMuch(facts, before === 0 ? [] : [gone(before)], 10)).toBe(held)
  expect(isTooMuch({ people: nobody, members: { removed, of } }, [], 10)).toBe(before === 0 && held)
})

test('however small the steps are, a day takes no more than one removal may', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }),
      fc.integer({ min: 0, max: 100 }),
      (all, steps, percent) => {
        let went: Gone[] = []
        let left = all
        for (const [at, step] of steps.entries()) {
          const removed = Math.min(step, left)
          const facts = { people: { removed, of: left }, members: nobody }
          if (isTooMuch(facts, went, percent)) continue
          went = [...went, gone(removed, 23 - at / 10)]
          left -= removed
        }
        expect(all - left).toBeLessThanOrEqual(Math.max(5, (all * percent) / 100))
      },
    ),
  )
})

test('what went a day ago counts no more', () => {
  expect(lately([gone(3, 25), gone(4, 23), gone(1, 0)], NOW)).toEqual([gone(4, 23), gone(1, 0)])
})
