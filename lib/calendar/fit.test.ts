import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FreezeSpans, firstFit, freeSlots, holderOf } from './fit.ts'

const blackout = (name: string, ...spans: [number, number][]) => spansOf(name, 'blackout', spans)
const maintenance = (name: string, ...spans: [number, number][]) =>
  spansOf(name, 'maintenance_only', spans)

function spansOf(name: string, kind: FreezeSpans['kind'], spans: [number, number][]): FreezeSpans {
  return { id: name, name, kind, spans: spans.map(([start, end]) => ({ start, end })) }
}

const wish = { from: 0, length: 10, horizon: 1000 }

test('nothing stands in the way where there is no freeze', () => {
  expect(firstFit([], wish)).toBe(0)
  expect(holderOf([], wish)).toBeUndefined()
  expect(freeSlots([], wish, 5)).toEqual([{ start: 0, end: 1000 }])
})

test('the whole run must fit before a blackout, not its start alone', () => {
  const freeze = blackout('year end', [10, 50])
  expect(firstFit([freeze], wish)).toBe(0)
  expect(firstFit([freeze], { ...wish, from: 1 })).toBe(50)
  expect(firstFit([freeze], { ...wish, length: 11 })).toBe(50)
  expect(firstFit([freeze], { ...wish, from: 50 })).toBe(50)
  expect(holderOf([freeze], { ...wish, from: 1 })?.name).toBe('year end')
})

test('a gap between two blackouts that is too short is no gap', () => {
  const both = [blackout('a', [0, 20]), blackout('b', [29, 60])]
  expect(firstFit(both, wish)).toBe(60)
  expect(firstFit(both, { ...wish, length: 9 })).toBe(20)
})

test('maintenance only lets a run start where all of it fits, now if there is room', () => {
  const nights = maintenance('nights', [0, 15], [100, 105], [200, 220])
  expect(firstFit([nights], wish)).toBe(0)
  expect(firstFit([nights], { ...wish, from: 5 })).toBe(5)
  expect(firstFit([nights], { ...wish, from: 6 })).toBe(200)
  expect(firstFit([nights], { ...wish, length: 21 })).toBeUndefined()
  expect(firstFit([nights, blackout('b', [195, 212])], { ...wish, from: 6 })).toBeUndefined()
  expect(holderOf([nights], { ...wish, length: 21 })?.name).toBe('nights')
})

test('of several that hold, the one that holds longest is named', () => {
  const all = [blackout('short', [0, 5]), blackout('long', [0, 90]), blackout('later', [500, 600])]
  expect(holderOf(all, wish)?.name).toBe('long')
})

test('slots end where a freeze begins, and the next begins where it is over', () => {
  const all = [blackout('a', [20, 40], [45, 60]), maintenance('m', [0, 30], [55, 100], [300, 311])]
  expect(freeSlots(all, wish, 5)).toEqual([
    { start: 0, end: 20 },
    { start: 60, end: 100 },
    { start: 300, end: 311 },
  ])
})

const span = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 60 }))
  .map(([start, length]): [number, number] => [start, start + length])
const freezes = fc.array(
  fc.tuple(
    fc.constantFrom('blackout', 'maintenance_only') as fc.Arbitrary<FreezeSpans['kind']>,
    fc.array(span, { minLength: 1, maxLength: 6 }),
  ),
  { maxLength: 4 },
)

/** Said once more, minute by minute. */
function allows({ kind, spans }: FreezeSpans, at: number, length: number): boolean {
  return kind === 'blackout'
    ? !spans.some(({ start, end }) => start < at + length && end > at)
    : spans.some(({ start, end }) => start <= at && end >= at + length)
}

test('the first fit is the first moment that every freeze allows, tried one after another', () => {
  fc.assert(
    fc.property(
      freezes,
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 1, max: 40 }),
      (drawn, from, length) => {
        const all = drawn.map(([kind, spans], place) =>
          spansOf(
            String(place),
            kind,
            [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
          ),
        )
        let tried: number | undefined = from
        while (tried < 500 && !all.every((freeze) => allows(freeze, tried ?? 0, length))) tried += 1
        if (tried >= 500) tried = undefined
        expect(firstFit(all, { from, length, horizon: 500 })).toBe(tried)
        expect(holderOf(all, { from, length, horizon: 500 }) === undefined).toBe(tried === from)
        for (const slot of freeSlots(all, { from, length, horizon: 500 }, 5)) {
          expect(slot.end - slot.start).toBeGreaterThanOrEqual(length)
          expect(all.every((freeze) => allows(freeze, slot.start, length))).toBe(true)
        }
      },
    ),
    { numRuns: 500 },
  )
})
