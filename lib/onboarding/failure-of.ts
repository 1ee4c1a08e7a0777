import { AdapterError } from '#lib/adapter-error.ts'
import { backoffSeconds, MAX_ATTEMPTS, type StepOutcome, type Trouble } from '#lib/runs/state.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { TargetPerformed } from './steps/step.ts'

/** Seconds for which a target waits for its cluster before a person is asked to retry. */
const PATIENCE_SECONDS = 1800

/** Refusals that end by what somebody does at the cluster or its registration, while the plan stays right: whoever waits goes on by itself. */
const ENDS_THERE: ReadonlySet<string> = new Set([
  'unauthorised',
  'untrusted_certificate',
  'not_served',
  'webhook_denied',
])

/** What an exception means for a step or target: a wait before the next try, or a stop with the reason. */
export function failureOf(error: unknown, attempts: number): StepOutcome & { paced?: boolean } {
  if (error instanceof AdapterError) {
    const paced = error.reason === 'rate_limited'
    const trouble = adapterTrouble(error)
    if (!error.retryable || (attempts >= MAX_ATTEMPTS && !paced)) return { kind: 'stop', trouble }
    return {
      kind: 'wait',
      seconds: backoffSeconds(attempts, error.retryAfterMs),
      why: `${error.operation}: ${error.detail}`,
      paced,
    }
  }
  const detail =
    error instanceof Error ? (error.message.split('\n')[0] ?? 'unknown') : String(error)
  if (attempts < 3) return { kind: 'wait', seconds: backoffSeconds(attempts), why: detail }
  return {
    kind: 'stop',
    trouble: {
      code: 'unexpected',
      detail,
      whose: 'ours',
      nextStep: 'Tell the platform team the run id; they see the same line in the log.',
    },
  }
}

/**
 * What an exception means for a target of a step. A cluster in trouble is waited for half an hour, whoever has to mend it, and the wait says what is
 * the matter and whose it is; only then does the target stop.
 */
export function targetFailureOf(
  error: unknown,
  { attempts, elapsedSeconds }: Pick<ClaimedTarget, 'attempts' | 'elapsedSeconds'>,
): TargetPerformed {
  const failed = failureOf(error, attempts)
  if (!(error instanceof AdapterError) || error.system !== 'kubernetes') return failed
  const person = ENDS_THERE.has(error.reason)
  if (!error.retryable && !person) return failed
  if (failed.kind === 'stop' && elapsedSeconds >= PATIENCE_SECONDS) return failed
  const { nextStep, ...trouble } = adapterTrouble(error)
  return {
    kind: 'wait',
    seconds: backoffSeconds(attempts, error.retryAfterMs),
    why: trouble.detail,
    paced: error.reason === 'rate_limited',
    held: {
      ...trouble,
      nextStep: person ? nextStep.replace(THEN_RETRY, ' Then it goes on by itself.') : nextStep,
    },
  }
}

const THEN_RETRY = ' Then retry.'

function adapterTrouble(error: AdapterError): Trouble {
  const told = error.remedy
  const healing = error.retryable
  return {
    code: error.reason,
    system: error.system,
    detail: `${error.operation}: ${error.detail}`,
    whose: told?.whose ?? 'ours',
    nextStep: told
      ? `${told.nextStep}${ENDS_THERE.has(error.reason) && error.system === 'kubernetes' ? THEN_RETRY : ''}`
      : healing
        ? 'It was tried several times. Retry when the system answers again; what is done stays done.'
        : 'The platform team must change something first; then retry. What is done stays done.',
  }
}
