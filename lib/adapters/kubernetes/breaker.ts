import { AdapterError } from '#lib/adapter-error.ts'

const OPENS_AFTER = 5
const STAYS_OPEN_MS = 5000
/** A look that never came back does not keep the others out for ever. */
const LOOK_MS = 30_000

export type Breaker = { check(operation: string): void; failed(): void; succeeded(): void }

/** Opens after some failures in a row: then every call is refused at once for a few seconds, and exactly one is let through to look; how that ends decides for all. */
export function createBreaker(name: string, now: () => number = () => performance.now()): Breaker {
  let failures = 0
  let openUntil = 0
  return {
    check(operation) {
      if (failures < OPENS_AFTER) return
      const left = openUntil - now()
      if (left <= 0) {
        openUntil = now() + LOOK_MS
        return
      }
      throw new AdapterError({
        system: 'kubernetes',
        operation,
        reason: 'unreachable',
        retryable: true,
        retryAfterMs: Math.ceil(Math.min(left, STAYS_OPEN_MS)),
        detail: `${name} failed ${failures} times in a row; it is left alone for a moment`,
      })
    },
    failed() {
      failures += 1
      if (failures >= OPENS_AFTER) openUntil = now() + STAYS_OPEN_MS
    },
    succeeded() {
      failures = 0
    },
  }
}
