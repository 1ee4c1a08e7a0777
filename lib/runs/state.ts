import { z } from 'zod'

export type RunState = 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
export type StepState =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'done'
  | 'failed'
  | 'skipped'
  | 'cancelled'

/** Whose move it is when something went wrong. */
export const OWNERS = ['yours', 'ours', 'another_team', 'heals_itself'] as const
/** Why a step or target stopped or waits: facts for the page, and for the next attempt. */
export const Trouble = z.object({
  code: z.string(),
  /** What the outside system said, one line. */
  detail: z.string(),
  whose: z.enum(OWNERS),
  nextStep: z.string(),
  system: z.string().optional(),
})
export type Trouble = z.infer<typeof Trouble>

/** What a step or one of its targets answers; throwing means retry with backoff. */
export type StepOutcome =
  | { kind: 'done'; facts?: Record<string, unknown> }
  | { kind: 'wait'; seconds: number; why: string; facts?: Record<string, unknown> }
  | { kind: 'stop'; trouble: Trouble }

/** Attempts at an outside call before a person is asked. */
export const MAX_ATTEMPTS = 8

const LONGEST_WAIT_SECONDS = 30

/** Seconds until the next try after so many failed ones: 1, 2, 4 … 30, or what the system asked for. */
export function backoffSeconds(attempts: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.max(1, Math.ceil(retryAfterMs / 1000))
  return Math.min(LONGEST_WAIT_SECONDS, 2 ** Math.max(0, attempts - 1))
}

/** State of a fan-out step from its targets' counts: unfinished work first, then any failure. */
export function fanOutState(
  counts: Partial<Record<StepState, number>>,
): 'unfinished' | 'failed' | 'done' {
  const of = (state: StepState): number => counts[state] ?? 0
  if (of('pending') + of('running') + of('waiting') > 0) return 'unfinished'
  return of('failed') > 0 ? 'failed' : 'done'
}
