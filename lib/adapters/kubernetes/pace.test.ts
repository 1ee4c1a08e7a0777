import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'
import { createBucket } from './pace.ts'

const rates = fc.record({
  perSecond: fc.integer({ min: 1, max: 200 }),
  burst: fc.integer({ min: 1, max: 400 }),
})
/** Pauses between askings, in milliseconds. */
const pauses = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 })

/** When each asking may go. */
function turns(rate: { perSecond: number; burst: number }, between: readonly number[]): number[] {
  const bucket = createBucket(rate)
  let now = 0
  return between.map((pause) => {
    now += pause
    return now + bucket.reserve(now)
  })
}

test('in no stretch of time go more than a burst and what the rate gives in it', () => {
  fc.assert(
    fc.property(rates, pauses, ({ perSecond, burst }, between) => {
      const at = turns({ perSecond, burst }, between)
      for (let from = 0; from < at.length; from += 1)
        for (let to = from; to < at.length; to += 1) {
          const seconds = ((at[to] ?? 0) - (at[from] ?? 0)) / 1000
          expect(to - from + 1).toBeLessThanOrEqual(burst + seconds * perSecond + 1 + 1e-6)
        }
    }),
  )
})

test('turns come in the order of asking, and who asks slowly enough never waits', () => {
  fc.assert(
    fc.property(rates, pauses, (rate, between) => {
      const at = turns(rate, between)
      expect(at).toEqual([...at].sort((a, b) => a - b))
      const everyMs = 1000 / rate.perSecond
      const slow = between.map(() => everyMs + 0.001)
      let now = 0
      for (const turn of turns(rate, slow)) {
        now += everyMs + 0.001
        expect(turn).toBeCloseTo(now, 3)
      }
    }),
  )
})

test('never more than so many run at once, they begin in order, and failures free their place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
      async (scheduler, most, fails) => {
        const limit = createLimiter(most)
        const begun: number[] = []
        let running = 0
        const calls = fails.map((failing, place) =>
          limit(async () => {
            begun.push(place)
            running += 1
            expect(running).toBeLessThanOrEqual(most)
            await scheduler.schedule(Promise.resolve())
            running -= 1
            if (failing) throw new Error('failed')
          }).catch(() => undefined),
        )
        await scheduler.waitFor(Promise.all(calls))
        expect(begun).toEqual(fails.map((_, place) => place))
        expect(running).toBe(0)
      },
    ),
  )
})
