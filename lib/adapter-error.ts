/** Whose move it is after a failure, and what that is, where the adapter can tell. */
export type Remedy = {
  whose: 'yours' | 'ours' | 'another_team' | 'heals_itself'
  nextStep: string
}

type AdapterErrorFacts = {
  /** Which outside system: `github`, `kubernetes`, `smtp`, `servicenow`. */
  system: string
  /** What we asked of it: `create repository`, `apply Namespace`. */
  operation: string
  /** Machine-readable reason: `unreachable`, `timeout`, `rate_limited`, `unauthorised`, `forbidden`, `not_found`, `conflict`, `invalid`, `server_error`, `untrusted_certificate`, `untrusted_answer`, `not_supported`. */
  reason: string
  /** True when the same call may succeed later without anybody changing anything. */
  retryable: boolean
  /** HTTP status of the answer, when there was one. */
  status?: number
  /** How long the system asked us to wait, in milliseconds. */
  retryAfterMs?: number
  /** What the system said, one line, secrets removed. */
  detail: string
  remedy?: Remedy
}

/** The only error an adapter throws. The job runner reads `retryable`; the page shows `reason` and `detail`. */
export class AdapterError extends Error {
  readonly system: string
  readonly operation: string
  readonly reason: string
  readonly retryable: boolean
  readonly status: number | undefined
  readonly retryAfterMs: number | undefined
  readonly detail: string
  readonly remedy: Remedy | undefined

  constructor(facts: AdapterErrorFacts, options?: ErrorOptions) {
    super(`${facts.system}: ${facts.operation}: ${facts.reason}: ${facts.detail}`, options)
    this.name = 'AdapterError'
    this.system = facts.system
    this.operation = facts.operation
    this.reason = facts.reason
    this.retryable = facts.retryable
    this.status = facts.status
    this.retryAfterMs = facts.retryAfterMs
    this.detail = facts.detail
    this.remedy = facts.remedy
  }
}
