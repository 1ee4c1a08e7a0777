import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { conditionOf, seenOf } from './status.ts'
import type { Readiness } from './verdict.ts'

/** Flux sends an event within seconds; what did not come by then does not come. */
const PATIENCE_MS = 90_000
/** Clocks of the cluster and ours. */
const SKEW_MS = 10_000

/**
 * Says when Flux sent no event of a failure: the same failure twice within five minutes is sent once (notification-controller 1.9), and what it
 * cannot deliver is lost. Our own look is then the only one who tells.
 */
export function unsaid(
  verdict: Readiness,
  object: KubernetesObject,
  { lastError, now }: { lastError: Date | null; now: Date },
): Readiness {
  if (verdict.status !== 'failing' && verdict.status !== 'failing_retrying') return verdict
  const since = conditionOf(seenOf(object), 'Ready')?.since ?? null
  if (since === null || now.getTime() - since < PATIENCE_MS) return verdict
  if (lastError && lastError.getTime() >= since - SKEW_MS) return verdict
  const before = lastError ? `; the last it sent was at ${lastError.toISOString()}` : ''
  const detail = `${verdict.trouble.detail}. Flux sent no event of it${before}: this was read on the cluster`
  return { ...verdict, trouble: { ...verdict.trouble, detail } }
}
