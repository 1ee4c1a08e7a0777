import type { Answer } from './answer.ts'
import { fail } from './answer.ts'

/** What can go wrong on purpose. `after`: let so many matching requests pass first. `times`: how many then fail (default: all). */
export type Fault = {
  kind: 'down' | 'server_error' | 'rate_limited' | 'secondary_rate_limit' | 'slow' | 'drop_answer'
  method?: string
  path?: string
  after?: number
  times?: number
  milliseconds?: number
}

type Armed = Fault & { passed: number; hit: number }

/** Faults that are switched on; a request meets the first that matches it. */
export function createFaults() {
  let armed: Armed[] = []
  return {
    set(faults: readonly Fault[]) {
      armed = faults.map((fault) => ({ ...fault, passed: 0, hit: 0 }))
    },
    list: () => armed,
    meet(method: string, path: string): Fault | undefined {
      for (const fault of armed) {
        if (fault.method && fault.method !== method) continue
        if (fault.path && !new RegExp(fault.path).test(path)) continue
        if (fault.passed < (fault.after ?? 0)) {
          fault.passed += 1
          continue
        }
        if (fault.hit >= (fault.times ?? Number.POSITIVE_INFINITY)) continue
        fault.hit += 1
        return fault
      }
      return undefined
    },
  }
}

/** The answer that a fault gives instead of the real one, if it gives one. */
export function faultAnswer(fault: Fault): Answer | undefined {
  const reset = String(Math.floor(Date.now() / 1000) + 2)
  if (fault.kind === 'server_error') return fail(502, 'Server Error')
  if (fault.kind === 'rate_limited')
    return {
      ...fail(403, 'API rate limit exceeded for installation.'),
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-used': '5000',
        'x-ratelimit-reset': reset,
        'x-ratelimit-resource': 'core',
      },
    }
  if (fault.kind === 'secondary_rate_limit')
    return {
      ...fail(
        429,
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      ),
      headers: { 'retry-after': '1' },
    }
  return undefined
}
