import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { causeOf, type Whose } from './cause.ts'

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
  ready: boolean
  /** True when nothing changes until a person changes something. */
  stops: boolean
  /** Flux's own reason word, for machines. */
  reason: string | null
  /** Commit in `status.lastAppliedRevision`, or in the artifact for a source; null when there is none yet. */
  commit: string | null
  trouble: { code: string; detail: string; whose: Whose; nextStep: string }
}

type Condition = {
  type: string
  status: string
  reason?: string
  message?: string
  observedGeneration?: number
}
type Observed = {
  observedGeneration?: number
  conditions?: Condition[]
  lastAppliedRevision?: string
  lastAttemptedRevision?: string
  artifact?: { revision?: string }
  inventory?: { entries?: unknown[] }
}

/** Reads a source (GitRepository, OCIRepository, Bucket) as a cluster reported it; null reads as unknown. */
export function readSource(object: KubernetesObject | null): Readiness {
  return classify(object, commitOf(observed(object).artifact?.revision))
}

/** Reads a Kustomization; with an expected commit, Ready at another commit is `behind` until history says otherwise. */
export function readKustomization(
  object: KubernetesObject | null,
  { expectedRevision }: { expectedRevision?: string } = {},
): Readiness {
  const commit = commitOf(observed(object).lastAppliedRevision)
  const state = classify(object, commit)
  if (!state.ready || !expectedRevision || commit === expectedRevision) return state
  const detail = commit
    ? `Ready at ${commit.slice(0, 12)}, not yet at ${expectedRevision.slice(0, 12)}`
    : 'Ready, no revision applied yet'
  return { ...readinessOf('behind', state.reason, commit, detail), ready: commit !== null }
}

/** The commit in a Git revision (`main@sha1:<hex>`), or null. */
export function commitOf(revision: string | undefined): string | null {
  return revision?.match(/(?:^|@)sha1:([0-9a-f]{40})$/)?.[1] ?? null
}

function classify(object: KubernetesObject | null, commit: string | null): Readiness {
  if (!object) return readinessOf('unknown', null, commit, 'the object is not on the cluster yet')
  const status = observed(object)
  const ready = condition(status, 'Ready')
  const stalled = condition(status, 'Stalled')
  const reconciling = condition(status, 'Reconciling')
  const reason = ready?.reason ?? null
  const message = ready?.message ?? ''
  if (object.metadata.deletionTimestamp)
    return readinessOf('deleting', reason, commit, message || 'is being deleted')
  if ((object.spec as { suspend?: boolean } | undefined)?.suspend === true) {
    return readinessOf(
      'suspended',
      reason,
      commit,
      'suspended: nothing is reconciled until it is resumed',
    )
  }
  if (stalled?.status === 'True')
    return readinessOf('stalled', stalled.reason ?? reason, commit, stalled.message ?? message)
  if (!ready) return readinessOf('reconciling', null, commit, 'Flux has not looked at it yet')
  if (ready.status === 'False') {
    if (isFirstSight(ready)) return readinessOf('reconciling', reason, commit, message)
    const retrying = reconciling?.reason === 'ProgressingWithRetry'
    return readinessOf(retrying ? 'failing_retrying' : 'failing', reason, commit, message)
  }
  if (ready.status === 'Unknown' || reconciling?.status === 'True' || isOutOfDate(object, status)) {
    return readinessOf('reconciling', reason, commit, message || 'Flux is at work')
  }
  if (condition(status, 'FetchFailed')?.status === 'True') {
    return readinessOf(
      'source_failing',
      condition(status, 'FetchFailed')?.reason ?? reason,
      commit,
      condition(status, 'FetchFailed')?.message ?? message,
    )
  }
  return readinessOf('ready', reason, commit, message)
}

/** A Kustomization applied together with its source is Ready False, ArtifactFailed, for about a second. */
function isFirstSight(ready: Condition): boolean {
  const reasons = ['ArtifactFailed', 'DependencyNotReady']
  const message = ready.message ?? ''
  return (
    reasons.includes(ready.reason ?? '') &&
    /not found|not ready|no artifact/i.test(message) &&
    !/path not found/i.test(message)
  )
}

/** observedGeneration is −1 until the first success or stall, so only a positive one that lags says something. */
function isOutOfDate(object: KubernetesObject, status: Observed): boolean {
  const generation = object.metadata.generation
  const seen = status.observedGeneration
  return generation !== undefined && seen !== undefined && seen > 0 && seen < generation
}

function readinessOf(
  status: FluxStatusWord,
  reason: string | null,
  commit: string | null,
  detail: string,
): Readiness {
  const cause = causeOf(status, reason, detail)
  return {
    status,
    severity: SEVERITY[status],
    ready: status === 'ready',
    stops: status === 'stalled',
    reason,
    commit,
    trouble: {
      code: cause.code,
      detail: detail || status,
      whose: cause.whose,
      nextStep: cause.nextStep,
    },
  }
}

function observed(object: KubernetesObject | null): Observed {
  return (object?.status ?? {}) as Observed
}

function condition(status: Observed, type: string): Condition | undefined {
  return status.conditions?.find((entry) => entry.type === type)
}
