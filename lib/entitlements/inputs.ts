import type { PolicyAction } from './cedar.ts'
import type { Outcome, Value } from './check-result.ts'
import type { CheckScope } from './definition.ts'
import type { Fact, SeenFacts } from './facts.ts'

/** What one check rests on, and how it is put into words. */
export type Need = {
  facts: readonly Fact<unknown>[]
  /** What is told along with them when it is known, and stops nothing when it is not. */
  besides?: readonly Fact<unknown>[]
  finding(outcome: Outcome): string
  /** Code of the first thing that is wrong as far as we can tell; a rule in force may be stricter than we know. */
  reason(): string | undefined
  /** Code of what a person should look at although the rule is kept: a warning. */
  doubt?(): string | undefined
  /** What was asked and found, exactly as far as a waiver of the check binds to it. */
  value?: Readonly<Record<string, Value>>
  /** True when the question does not arise. */
  moot?: boolean
  /** True when such a request is not asked this, whatever its sources say, unless the rule in force refuses it: one that asks more than the rule did to begin with. */
  unasked?: boolean
}

/** What one policy call reads, and per check what it rests on. */
export type Inputs = {
  action: PolicyAction
  scope: CheckScope
  subject: string | null
  context: Record<string, Value>
  needs: Readonly<Record<string, Need>>
}

const CLASS_WORDS = ['public', 'internal', 'confidential', 'restricted', 'secret']

/** The value of a fact, or the one that denies when it is not known. */
export function valueOr<T>(fact: Fact<T>, otherwise: T): T {
  return fact.known ? fact.value : otherwise
}

/** What a free name rests on: our records, and the last look outside when there was one. */
export function freeFinding(name: string, seen: Fact<SeenFacts>, place: string): string {
  return seen.known
    ? `${name} is free in our records, and was not ${place} at ${minuteOf(seen.observedAt)}`
    : `${name} is free in our records; what stands ${place} is looked at when the step runs`
}

/** `2026-11-24 12:00 UTC` */
function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A data class in words. */
export function classWord(dataClass: number): string {
  return CLASS_WORDS[dataClass] ?? 'nothing'
}

/** The code beside the first condition that holds. */
export function firstReason(
  ...cases: readonly (readonly [holds: boolean, code: string])[]
): string | undefined {
  return cases.find(([holds]) => holds)?.[1]
}
