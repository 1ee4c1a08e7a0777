/** Where in a change's life checks are evaluated. */
export const PHASES = ['form', 'submit', 'review', 'decide', 'start', 'recertify'] as const
export type Phase = (typeof PHASES)[number]

export type Outcome = 'pass' | 'warn' | 'fail' | 'error' | 'not_applicable' | 'waived'

export type Evidence = {
  /** Source records read, with their age. */
  sources: { source: string; observedAt: string | null; detail: string }[]
  policyHash: string
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
}

/** Does any result stop the change? A fail or an error of a blocking check does; an error is never a pass. */
export function blocks(results: readonly CheckResult[]): boolean {
  return results.some(isBlocking)
}

/** Does this one result stop the change? */
export function isBlocking(result: CheckResult): boolean {
  return result.severity === 'blocking' && (result.outcome === 'fail' || result.outcome === 'error')
}
