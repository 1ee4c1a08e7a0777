import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Cause, causeOfFailure, causeOfStall, type Whose } from './cause.ts'

/** Observed status of a Flux object, worst first. */
export const SEVERITY = {
  stalled: 90,
  failing: 80,
  failing_retrying: 70,
  unknown: 60,
  ready_but: 55,
  source_failing: 50,
  behind: 40,
  suspended: 30,
  reconciling: 20,
  deleting: 10,
  ready: 0,
} as const

export type FluxStatusWord = keyof typeof SEVERITY

export type Readiness = {
  status: FluxStatusWord
  severity: number
  /** Flux says Ready at `commit`: true for `ready`, and for `behind` and `source_failing` when an older commit runs well. */
  ready: boolean
  /** True when nothing changes until a person changes something. */
  stops: boolean
  /** Flux's own reason word, for machines. */
  reason: string | null
  /** Commit in `status.lastAppliedRevision`, or in the artifact for a source; null when there is none yet. */
  commit: string | null
  trouble: { code: string; detail: string; whose: Whose; nextStep: string }
}

export type KustomizationView = {
  /** Commit that was pushed: Ready at another one is `behind` until history says otherwise. */
  expectedRevision?: string
  /** The source as read beside it, so that a failing or newer source shows on what depends on it. */
  source?: KubernetesObject | null
  /** Time of the look. With it, what should have lasted a second is no longer excused after a minute. */
  now?: Date
}

type Condition = {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
}
type Observed = {
  observedGeneration?: number
  conditions?: Condition[]
  lastAppliedRevision?: string
  lastHandledReconcileAt?: string
  artifact?: { revision?: string }
  inventory?: { entries?: unknown[] }
}

const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'
const PATIENCE_MS = 60_000

/** Reads a source (GitRepository, OCIRepository, Bucket) as a cluster reported it; null reads as unknown. */
export function readSource(
  object: KubernetesObject | null,
  { now }: Pick<KustomizationView, 'now'> = {},
): Readiness {
  return classify(object, commitOf(observed(object).artifact?.revision), now)
}

/** Reads a Kustomization as a cluster reported it; null reads as unknown. */
export function readKustomization(
  object: KubernetesObject | null,
  view: KustomizationView = {},
): Readiness {
  const { lastAppliedRevision, inventory } = observed(object)
  const own = classify(object, commitOf(lastAppliedRevision), view.now)
  if (own.ready && inventory?.entries?.length === 0) return emptied(own)
  if (!own.ready && own.trouble.code !== 'dependency') return own
  const source = view.source ? readSource(view.source, view) : null
  if (own.ready && view.expectedRevision) return atExpected(own, view.expectedRevision)
  if (source && source.severity >= SEVERITY.failing_retrying) {
    return { ...worded('source_failing', own, source.trouble), ready: own.ready }
  }
  const newest = view.source ? observed(view.source).artifact?.revision : undefined
  if (!own.ready || !newest || newest === lastAppliedRevision) return own
  const detail = `Ready at ${lastAppliedRevision ?? 'no revision'}, the source is at ${newest}`
  return { ...worded('behind', own, { ...HEALS.behind, detail }), ready: true }
}

/** The commit in a Git revision (`main@sha1:<hex>`), or null. */
export function commitOf(revision: string | undefined): string | null {
  return revision?.match(/(?:^|@)sha1:([0-9a-f]{40})$/)?.[1] ?? null
}

type CalmWord = 'ready' | 'reconciling' | 'deleting' | 'suspended' | 'behind' | 'unknown'

/** Causes that come from the status itself. */
const HEALS: Record<CalmWord, Cause> = {
  ready: { code: 'ready', whose: 'heals_itself', nextStep: 'Nothing to do.' },
  reconciling: { code: 'reconciling', whose: 'heals_itself', nextStep: 'Flux is at work.' },
  deleting: { code: 'deleting', whose: 'heals_itself', nextStep: 'It is being removed.' },
  suspended: {
    code: 'suspended',
    whose: 'another_team',
    nextStep: 'Ask who suspended it; resume when the reason is gone.',
  },
  behind: {
    code: 'behind',
    whose: 'heals_itself',
    nextStep: 'Flux takes the newer revision at its next look.',
  },
  unknown: {
    code: 'unknown',
    whose: 'heals_itself',
    nextStep: 'Not seen yet; it is looked at again.',
  },
}

const WAITING: Cause = {
  code: 'dependency',
  whose: 'heals_itself',
  nextStep: 'It waits for what it depends on. Look at that first.',
}

const NOBODY_LOOKS: Cause = {
  code: 'not_looked_at',
  whose: 'ours',
  nextStep:
    'No controller on this cluster looks at it. The platform team checks that Flux runs, and its shards.',
}

const EMPTY: Cause = {
  code: 'nothing_applied',
  whose: 'yours',
  nextStep:
    'The overlay yields no object, so everything was pruned. Check `resources:` in its kustomization.yaml.',
}

/** The order of the questions is the order of precedence of the answers. */
function classify(
  object: KubernetesObject | null,
  commit: string | null,
  now: Date | undefined,
): Readiness {
  if (!object)
    return calm('unknown', { reason: null, commit }, 'the object is not on the cluster yet')
  const status = observed(object)
  const ready = condition(status, 'Ready')
  const stalled = condition(status, 'Stalled')
  const at = { reason: ready?.reason ?? null, commit }
  const message = ready?.message?.trim() ?? ''
  if (object.metadata.deletionTimestamp) return calm('deleting', at, message || 'is being deleted')
  if ((object.spec as { suspend?: boolean } | undefined)?.suspend === true) {
    return calm('suspended', at, 'suspended: nothing is reconciled until it is resumed')
  }
  if (stalled?.status === 'True') return stalledAt(stalled, at)
  if (!ready) return unseen(object, at, now)
  if (ready.status === 'False') return failed(status, ready, { ...at, message, now })
  if (ready.status === 'Unknown' || condition(status, 'Reconciling')?.status === 'True') {
    return calm('reconciling', at, message || 'Flux is at work')
  }
  const pending = unfinished(object, status)
  return pending ? calm('reconciling', at, pending) : calm('ready', at, message)
}

type At = { reason: string | null; commit: string | null }

function calm(word: CalmWord, at: At, detail: string): Readiness {
  return worded(word, at, { ...HEALS[word], detail: detail || word })
}

function worded(status: FluxStatusWord, at: At, trouble: Readiness['trouble']): Readiness {
  return {
    status,
    severity: SEVERITY[status],
    ready: status === 'ready',
    stops: status === 'stalled',
    reason: at.reason,
    commit: at.commit,
    trouble,
  }
}

function stalledAt(stalled: Condition, at: At): Readiness {
  const reason = stalled.reason ?? at.reason
  const detail = stalled.message?.trim() || 'stalled'
  return worded('stalled', { ...at, reason }, { ...causeOfStall(reason, detail), detail })
}

function unseen(object: KubernetesObject, at: At, now: Date | undefined): Readiness {
  const created = object.metadata.creationTimestamp
  if (typeof created !== 'string' || !isLate(created, now)) {
    return calm('reconciling', at, 'Flux has not looked at it yet')
  }
  return worded('unknown', at, {
    ...NOBODY_LOOKS,
    detail: `Flux has not looked at it since ${created}`,
  })
}

/** Applied together with its source, a Kustomization is Ready False for about a second: excused, for a while. */
function failed(
  status: Observed,
  ready: Condition,
  { message, now, ...at }: At & { message: string; now: Date | undefined },
): Readiness {
  const cause = causeOfFailure(at.reason, message)
  const detail = message || 'failing'
  const waits = cause.code === 'dependency'
  if (waits && !isLate(ready.lastTransitionTime, now)) {
    return worded('reconciling', at, { ...WAITING, detail })
  }
  const retries = waits || condition(status, 'Reconciling')?.reason === 'ProgressingWithRetry'
  return worded(retries ? 'failing_retrying' : 'failing', at, { ...cause, detail })
}

function emptied(own: Readiness): Readiness {
  return worded('ready_but', own, { ...EMPTY, detail: `${own.trouble.detail}: no object applied` })
}

function atExpected(own: Readiness, expected: string): Readiness {
  if (own.commit === expected) return own
  const detail = own.commit
    ? `Ready at ${own.commit.slice(0, 12)}, not yet at ${expected.slice(0, 12)}`
    : 'Ready, no revision applied yet'
  return { ...worded('behind', own, { ...HEALS.behind, detail }), ready: own.commit !== null }
}

/** What still has to happen on an object whose Ready is True; the generation follows in a second write. */
function unfinished({ metadata }: KubernetesObject, status: Observed): string | undefined {
  const { observedGeneration, lastHandledReconcileAt } = status
  if (
    observedGeneration !== undefined &&
    observedGeneration !== (metadata.generation ?? observedGeneration)
  ) {
    return 'Flux has not seen the newest specification yet'
  }
  const asked = metadata.annotations?.[REQUESTED_AT]
  return asked && asked !== lastHandledReconcileAt ? 'a reconcile was asked for' : undefined
}

function isLate(since: string | undefined, now: Date | undefined): boolean {
  return now !== undefined && since !== undefined && now.getTime() - Date.parse(since) > PATIENCE_MS
}

function observed(object: KubernetesObject | null): Observed {
  return (object?.status ?? {}) as Observed
}

function condition(status: Observed, type: string): Condition | undefined {
  return status.conditions?.find((entry) => entry.type === type)
}
