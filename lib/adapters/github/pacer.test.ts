import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import { createPacer } from './pacer.ts'

/** A pacer on a clock that the test moves; `ask` answers how long to wait, 0 when it may write. */
function paced(perMinute: number) {
  let now = 0
  const pacer = createPacer(perMinute, () => now)
  return {
    pass: (ms: number) => {
      now += ms
      return now
    },
    ask(writes?: number): number {
      try {
        pacer.take('write', writes)
        return 0
      } catch (error) {
        if (!(error instanceof AdapterError) || error.reason !== 'rate_limited') throw error
        return error.retryAfterMs ?? Number.NaN
      }
    },
  }
}

test('no minute ever sees more writes than the pace, whenever they are asked for', () => {
  const asks = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 1, max: 4 })),
  )
  fc.assert(
    fc.property(fc.integer({ min: 4, max: 12 }), asks, (perMinute, times) => {
      const { pass, ask } = paced(perMinute)
      const written: number[] = []
      for (const [gap, writes] of times) {
        const at = pass(gap)
        if (ask(writes) === 0) written.push(...Array.from({ length: writes }, () => at))
      }
      for (const [index, at] of written.entries())
        expect(
          (written[index + perMinute] ?? Number.POSITIVE_INFINITY) - at,
        ).toBeGreaterThanOrEqual(60_000)
    }),
  )
})

test('whoever waits as long as they were told may write', () => {
  const { pass, ask } = paced(2)
  const later = (ms: number) => {
    pass(ms)
    return ask()
  }
  expect([ask(), later(10_000), later(10_000)]).toEqual([0, 0, 40_000])
  expect(later(39_999)).toBe(1)
  expect([later(1), ask()]).toEqual([0, 10_000])
})

test('writes that belong together are given all or none, and at the least pace still at all', () => {
  const { pass, ask } = paced(4)
  expect([ask(3), ask(3), ask(1)]).toEqual([0, 60_000, 0])
  pass(60_000)
  expect(ask(3)).toBe(0)
  const slow = paced(1)
  expect([slow.ask(3), slow.ask(3)]).toEqual([0, 60_000])
})
