import { AdapterError } from '#lib/adapter-error.ts'

const OPENS_AFTER = 5
const STAYS_OPEN_MS = 5000

export type Breaker = { check(operation: string): void; failed(): void; succeeded(): void }

/** Opens after some failures in a row: then every call is refused at once for a few seconds, and one is let through to look. */
export function createBreaker(name: string): Breaker {
  let failures = 0
  let openUntil = 0
  return {
    check(operation) {
      const left = openUntil - performance.now()
      if (failures < OPENS_AFTER || left <= 0) return
      throw new AdapterError({
        system: 'kubernetes',
        operation,
        reason: 'unreachable',
        retryable: true,
        retryAfterMs: Math.ceil(left),
        detail: `${name} failed ${failures} times in a row; it is left alone for a moment`,
      })
    },
    failed() {
      failures += 1
      if (failures >= OPENS_AFTER) openUntil = performance.now() + STAYS_OPEN_MS
    },
    succeeded() {
      failures = 0
    },
  }
}
