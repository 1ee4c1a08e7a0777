import type { Cause } from './cause.ts'
import { withoutCredentials } from './without-credentials.ts'

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
  trouble: Trouble
}

/** What is the matter: the cause, and what Flux or the cluster said of it. */
export type Trouble = Cause & { detail: string }

export type At = { reason: string | null; commit: string | null }

/** A verdict of that word. */
export function worded(status: FluxStatusWord, at: At, trouble: Trouble): Readiness {
  return {
    status,
    severity: SEVERITY[status],
    ready: status === 'ready',
    stops: status === 'stalled',
    reason: at.reason,
    commit: at.commit,
    trouble: { ...trouble, detail: withoutCredentials(trouble.detail) },
  }
}

type CalmWord = 'ready' | 'reconciling' | 'deleting' | 'suspended' | 'behind' | 'unknown'

/** Causes that come from the status itself. */
const CALM: Record<CalmWord, Cause> = {
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

/** A verdict that is no trouble by itself. */
export function calm(word: CalmWord, at: At, detail: string): Readiness {
  return worded(word, at, { ...CALM[word], detail: detail || word })
}

const NOBODY_LOOKS: Cause = {
  code: 'not_looked_at',
  whose: 'ours',
  nextStep:
    'No controller on this cluster looks at it. The platform team checks that Flux runs, and its shards.',
}

/** What no controller looks at is unknown, whatever its last status says. */
export function nobodyLooks(at: At, detail: string): Readiness {
  return worded('unknown', at, { ...NOBODY_LOOKS, detail })
}
