import { AdapterError } from '#lib/adapter-error.ts'
import { backoffSeconds, MAX_ATTEMPTS, type StepOutcome, type Trouble } from '#lib/runs/state.ts'

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

function adapterTrouble(error: AdapterError): Trouble {
  const healing = error.retryable
  return {
    code: error.reason,
    system: error.system,
    detail: `${error.operation}: ${error.detail}`,
    whose: 'ours',
    nextStep: healing
      ? 'It was tried several times. Retry when the system answers again; what is done stays done.'
      : 'The platform team must change something first; then retry. What is done stays done.',
  }
}
