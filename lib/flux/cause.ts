import { APPLY_RULES } from './apply-causes.ts'
import { BUILD_RULES } from './build-causes.ts'
import { SOURCE_RULES } from './source-causes.ts'

/** Whose move it is. */
export type Whose = 'yours' | 'ours' | 'another_team' | 'heals_itself'

/** Why something is as it is, in a word for machines, whose move that is, and the next step for a person. */
export type Cause = { code: string; whose: Whose; nextStep: string }

/** Reason and message that tell a cause, both where both are given; the texts are those of Flux 2.9, as it was recorded or as its source words them. */
export type Rule = Cause & { reason?: RegExp; message?: RegExp }

/** First match wins: what was applied is told apart first, because its messages quote anything. */
const RULES: readonly Rule[] = [...APPLY_RULES, ...BUILD_RULES, ...SOURCE_RULES]

const STALLED: Cause = {
  code: 'stalled',
  whose: 'yours',
  nextStep: 'Flux does not retry until the specification changes. Correct what it names.',
}

const UNEXPLAINED: Cause = {
  code: 'failing',
  whose: 'yours',
  nextStep: 'Read what Flux says; correct it and push.',
}

/** Why a failing Flux object fails, from its reason and message. */
export function causeOfFailure(reason: string | null, message: string): Cause {
  return knownCause(reason, message) ?? UNEXPLAINED
}

/** Why a stalled Flux object stopped: the failure that we know, else that it waits for another specification. */
export function causeOfStall(reason: string | null, message: string): Cause {
  return knownCause(reason, message) ?? STALLED
}

/** The cause that a rule tells, or undefined where none knows the words. */
export function knownCause(reason: string | null, message: string): Cause | undefined {
  return matching(RULES, reason, message)
}

/** The first of some rules that fits. */
export function matching(
  rules: readonly Rule[],
  reason: string | null,
  message: string,
): Cause | undefined {
  const rule = rules.find(
    (entry) => (entry.reason?.test(reason ?? '') ?? true) && (entry.message?.test(message) ?? true),
  )
  return rule && { code: rule.code, whose: rule.whose, nextStep: rule.nextStep }
}
