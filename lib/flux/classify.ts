import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Cause, causeOfFailure, causeOfStall } from './cause.ts'
import { type Condition, conditionOf, type Seen, seenOf } from './status.ts'
import { type At, calm, nobodyLooks, type Readiness, worded } from './verdict.ts'

/** What should have lasted a second is no longer excused after this. */
const PATIENCE_MS = 60_000
/** A deletion without a duration of its own, and the longest that any is waited for. */
const DELETION_MS = 120_000
const LONGEST_DELETION_MS = 15 * 60_000

/** Causes that are nobody's fault in the first minute: what is applied together is not ready together. */
const EXCUSED = ['dependency', 'dependency_missing', 'source_waiting', 'source_missing']

/** True for the causes that lie in what an object waits for. */
export function waits({ trouble }: Readiness): boolean {
  return EXCUSED.includes(trouble.code)
}

/**
 * The verdict on one object by its own conditions. The order of the questions is the order of precedence of the answers: whether it goes, is held,
 * has given up, fails, is at work; Ready is left when Ready is True, for this generation, in the object's own status, and nothing was asked since.
 */
export function classify(object: KubernetesObject, commit: string | null, now?: Date): Readiness {
  const seen = seenOf(object)
  const ready = conditionOf(seen, 'Ready')
  const stalled = conditionOf(seen, 'Stalled')
  const at = { reason: ready?.reason ?? null, commit }
  if (seen.deletingSince !== null) return going(seen, ready, at, now)
  if (seen.suspended) {
    return calm('suspended', at, 'suspended: nothing is reconciled until it is resumed')
  }
  if (stalled?.status === 'True') return stalledAt(stalled, ready, at)
  if (!ready) return unseen(seen, at, now)
  if (ready.status === 'False') return failed(seen, ready, at, now)
  if (ready.status === 'Unknown' || conditionOf(seen, 'Reconciling')?.status === 'True') {
    return calm('reconciling', at, ready.message || 'Flux is at work')
  }
  return unfinished(seen, ready, at, now) ?? calm('ready', at, ready.message)
}

const STUCK: Cause = {
  code: 'deletion_stuck',
  whose: 'ours',
  nextStep:
    'Its finalizer is not removed: its controller, its shard, its service account or that account’s rights are gone. Give them back; then it finishes by itself.',
}

/** Conditions say nothing of a deletion: they stay as they were. Only time, or a failed uninstall, tells that it is stuck. */
function going(seen: Seen, ready: Condition | undefined, at: At, now: Date | undefined): Readiness {
  const message = ready?.message || 'is being deleted'
  if (ready?.reason === 'UninstallFailed') {
    return worded('failing', at, { ...causeOfFailure(ready.reason, message), detail: message })
  }
  const since = seen.deletingSince ?? Number.NaN
  const patience = Math.min(Math.max(seen.timeoutMs ?? 0, DELETION_MS), LONGEST_DELETION_MS)
  if (now === undefined || !(now.getTime() - since > patience)) return calm('deleting', at, message)
  const minutes = Math.round((now.getTime() - since) / 60_000)
  const detail = `deletion was asked for ${minutes} minutes ago and it is still there${ready ? `, saying Ready ${ready.status}` : ''}`
  return worded(ready?.status === 'True' ? 'ready_but' : 'failing', at, { ...STUCK, detail })
}

/** A Stalled that only counts attempts leaves the why to Ready. */
function stalledAt(stalled: Condition, ready: Condition | undefined, at: At): Readiness {
  const counts = /^Failed to \w+ after \d+ attempt/.test(stalled.message)
  const [reason, said] =
    counts && ready ? [ready.reason, ready.message] : [stalled.reason ?? at.reason, stalled.message]
  const detail = counts ? `${stalled.message}: ${said}` : said || 'stalled'
  return worded(
    'stalled',
    { ...at, reason: stalled.reason ?? at.reason },
    { ...causeOfStall(reason, said), detail },
  )
}

function unseen(seen: Seen, at: At, now: Date | undefined): Readiness {
  if (!isLate(seen.createdAt, now)) return calm('reconciling', at, 'Flux has not looked at it yet')
  const since = new Date(seen.createdAt ?? 0).toISOString()
  return nobodyLooks(at, `Flux has not looked at it since ${since}`)
}

/** Applied together with its source, a Kustomization is Ready False for about a second: excused, for a while. */
function failed(seen: Seen, ready: Condition, at: At, now: Date | undefined): Readiness {
  const cause = causeOfFailure(ready.reason, ready.message)
  const detail = ready.message || ready.reason || 'failing'
  const excused = EXCUSED.includes(cause.code)
  if (cause.code === 'health_check_cancelled' || (excused && !isLate(ready.since, now))) {
    return worded('reconciling', at, { ...cause, detail })
  }
  const retries = excused || conditionOf(seen, 'Reconciling')?.status === 'True'
  return worded(retries ? 'failing_retrying' : 'failing', at, { ...cause, detail })
}

/** What still has to happen on an object whose Ready is True; the generation follows in a second write. */
function unfinished(
  seen: Seen,
  ready: Condition,
  at: At,
  now: Date | undefined,
): Readiness | undefined {
  const { generation, observedGeneration } = seen
  if (
    generation === null ||
    observedGeneration !== generation ||
    (ready.generation !== null && ready.generation !== generation)
  ) {
    return calm('reconciling', at, 'Flux has not seen the newest specification yet')
  }
  if (seen.askedAt === null || seen.askedAt === seen.handledAt) return undefined
  const asked = seen.askedSince
  const patience = PATIENCE_MS + (seen.timeoutMs ?? 0)
  if (now !== undefined && asked !== null && now.getTime() - asked > patience) {
    return nobodyLooks(at, `a reconcile was asked for at ${seen.askedAt} and never began`)
  }
  return calm('reconciling', at, 'a reconcile was asked for')
}

function isLate(since: number | null, now: Date | undefined): boolean {
  return now !== undefined && since !== null && now.getTime() - since > PATIENCE_MS
}
