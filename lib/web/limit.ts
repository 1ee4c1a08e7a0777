import 'server-only'
import type { Database } from '#lib/db/client.ts'
import type { LimitName } from '#lib/limits/limits.ts'
import { countHit } from '#lib/limits/store.ts'
import { limitedTotal } from '#lib/runtime/metrics.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

const SCOPE = { actor: 'sys:web', tenants: [] }
const MOST_REMEMBERED = 10_000

/** Until when (by this process's own clock) a key is over its limit: a flood costs the database nothing after its first refusal. */
const overUntil = new Map<string, number>()

/** Counts one request of a person, token or address; answers null while within the limit, else the seconds to wait. What is counted stays so whatever becomes of the request. */
export async function overLimit(
  limit: LimitName,
  who: string,
  db: Database = platform().db,
): Promise<number | null> {
  const wait =
    remembered(`${limit}:${who}`) ?? (await db.inContext(SCOPE, (tx) => countHit(tx, limit, who)))
  if (wait === null) return null
  limitedTotal.inc({ limit })
  if (overUntil.size >= MOST_REMEMBERED) overUntil.clear()
  overUntil.set(`${limit}:${who}`, performance.now() + wait * 1000)
  return wait
}

/** The answer to whoever asks too often. */
export function tooMany(wait: number, more: Record<string, unknown> = {}): Response {
  const answer = problem(429, `asked too often; try again in ${wait} seconds`, undefined, more)
  answer.headers.set('retry-after', String(wait))
  return answer
}

/**
 * Whom a request comes from: the last entry of X-Forwarded-For, which the proxy nearest to us wrote, or Next itself where no proxy did.
 * Only a proxy in front makes it trustworthy; it serves limits, never access.
 */
export function addressOf(request: Request): string {
  const last = request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim()
  return last && /^[\da-f.:]{2,45}$/i.test(last) ? last : 'unknown'
}

function remembered(key: string): number | null {
  const left = (overUntil.get(key) ?? 0) - performance.now()
  if (left > 0) return Math.ceil(left / 1000)
  overUntil.delete(key)
  return null
}
