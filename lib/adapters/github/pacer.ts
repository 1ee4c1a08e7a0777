import { AdapterError } from '#lib/adapter-error.ts'

/** Keeps writes under a pace: a bucket of one minute’s writes that fills evenly. A write too many is refused with the time to wait; the run waits, not the worker. */
export function createPacer(perMinute: number): { take(operation: string): void } {
  const perMs = perMinute / 60_000
  let level = perMinute
  let at = performance.now()
  return {
    take(operation) {
      const now = performance.now()
      level = Math.min(perMinute, level + (now - at) * perMs)
      at = now
      if (level >= 1) {
        level -= 1
        return
      }
      const retryAfterMs = Math.ceil((1 - level) / perMs)
      throw new AdapterError({
        system: 'github',
        operation,
        reason: 'rate_limited',
        retryable: true,
        retryAfterMs,
        detail: `our own pace of ${perMinute} writes a minute is reached`,
      })
    },
  }
}
