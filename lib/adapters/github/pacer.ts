import { AdapterError } from '#lib/adapter-error.ts'

const MINUTE_MS = 60_000

/**
 * Keeps writes under a pace: never more than so many within any minute, counted in this process.
 * Writes that belong together are asked for together, so that none of them waits for the pace half-way. What is too much is refused with the time to wait; the run waits, not the worker.
 */
export function createPacer(
  perMinute: number,
  now: () => number = () => performance.now(),
): { take(operation: string, writes?: number): void } {
  /** When the last writes were, as a ring: `next` is the oldest. */
  const taken = new Float64Array(perMinute).fill(Number.NEGATIVE_INFINITY)
  let next = 0
  return {
    take(operation, writes = 1) {
      const wanted = Math.min(writes, perMinute)
      const at = now()
      const leaving = taken[(next + wanted - 1) % perMinute] ?? Number.NEGATIVE_INFINITY
      const waitMs = Math.ceil(leaving + MINUTE_MS - at)
      if (waitMs > 0)
        throw new AdapterError({
          system: 'github',
          operation,
          reason: 'rate_limited',
          retryable: true,
          retryAfterMs: waitMs,
          detail: `our own pace of ${perMinute} writes a minute is reached`,
        })
      for (let n = 0; n < wanted; n += 1) {
        taken[next] = at
        next = (next + 1) % perMinute
      }
    },
  }
}
