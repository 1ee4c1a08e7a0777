import type { Answer } from './answer.ts'
import { fail } from './answer.ts'

/** What can go wrong on purpose. `after`: let so many matching requests pass first. `times`: how many then fail (default: all). */
export type Fault = {
  kind:
    | 'down'
    | 'server_error'
    | 'rate_limited'
    | 'secondary_rate_limit'
    | 'not_found'
    | 'slow'
    /** It is done, and its answer is lost: whole, or behind its first half. */
    | 'drop_answer'
    | 'torn_answer'
    /** It is done, and the answer names other bytes. */
    | 'lies'
  method?: string
  path?: string
  after?: number
  times?: number
  milliseconds?: number
  /** Of a secondary limit: 403 or 429, and the seconds that it asks for; null for none. */
  status?: 403 | 429
  retryAfter?: number | null
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
  if (fault.kind === 'not_found') return fail(404, 'Not Found')
  if (fault.kind === 'secondary_rate_limit') return secondaryLimit(fault)
  return undefined
}

function secondaryLimit({ status = 429, retryAfter = 1 }: Fault): Answer {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
  return {
    ...fail(status, message),
    ...(retryAfter === null ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  }
}

/** The same answer about other bytes: another object id, or another homepage. */
export function lie(answer: Answer): Answer {
  const body = answer.body as { sha?: string; object?: { sha?: string }; homepage?: string }
  const sha = body?.sha ?? body?.object?.sha
  if (sha) {
    const other = (sha.startsWith('0') ? '1' : '0') + sha.slice(1)
    return { ...answer, body: JSON.parse(JSON.stringify(body).replaceAll(sha, other)) as unknown }
  }
  return body?.homepage ? { ...answer, body: { ...body, homepage: 'https://lies' } } : answer
}
