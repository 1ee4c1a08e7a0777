import type { WaivedBy } from './definition.ts'

/** Where in a change's life checks are evaluated. */
export const PHASES = ['form', 'submit', 'review', 'decide', 'start', 'recertify'] as const
export type Phase = (typeof PHASES)[number]

export type Outcome = 'pass' | 'warn' | 'fail' | 'error' | 'not_applicable' | 'waived'

/** A waiver that a result leans on: who took it upon themselves, why and until when. */
export type AppliedWaiver = {
  id: string
  reason: string
  askedBy: string
  asker: string
  decidedBy: string
  decider: string
  /** ISO. */
  until: string
}

/** How a failure may be lived with: asked for exactly this value, granted by a second person. */
export type WaivableNow = {
  by: WaivedBy
  maxDays: number
  /** Id of a house rule; empty for a check of ours. */
  rule: string
  /** What was asked and found; another value is not waived. */
  value: Readonly<Record<string, Value>>
  /** Somebody asked already, and nobody has decided. */
  asked: { id: string; asker: string } | null
}

export type Value = boolean | number | string | string[]

export type Evidence = {
  /** Source records read, with their age. */
  sources: { source: string; observedAt: string | null; detail: string }[]
  policyHash: string
  waiver?: AppliedWaiver
}

export type CheckResult = {
  checkId: string
  checkVersion: number
  title: string
  severity: 'blocking' | 'advisory'
  outcome: Outcome
  reasonCode: string
  /** What the result is about: a cluster, an environment, or null for the whole request. */
  subject: string | null
  /** What was found, in one sentence. */
  finding: string
  remedy: { text: string; who: string; field: string | null }
  evidence: Evidence
  /** SHA-256 of the canonical inputs, hex. */
  inputsHash: string
  /** Of a failure only; null where nobody may waive it. */
  waivable: WaivableNow | null
}

/** Does any result stop the change? A fail or an error of a blocking check does; an error is never a pass. */
export function blocks(results: readonly CheckResult[]): boolean {
  return results.some(isBlocking)
}

/** Does this one result stop the change? */
export function isBlocking(result: CheckResult): boolean {
  return result.severity === 'blocking' && (result.outcome === 'fail' || result.outcome === 'error')
}
