import type { Evidence, Outcome } from './check-result.ts'
import type { WaivedBy } from './definition.ts'

/** People behind a role, by the group that gives it to them; null: given to them themselves. */
type Helpers = { group: string | null; people: string[] }[]

/** One check, explained: what decided it, on which facts, who can help and what would change it. */
export type WhyCheck = {
  id: string
  title: string
  outcome: Outcome
  severity: 'blocking' | 'advisory'
  subject: string | null
  finding: string
  reason: string
  /** The Cedar policy that decided; its text is null where none is in force. */
  policy: { id: string; text: string | null }
  facts: Evidence['sources']
  /** What would change it. */
  remedy: string
  who: string
  help: Helpers
  waivable: { by: WaivedBy; maxDays: number; people: Helpers } | null
  waiver: { decider: string; until: string } | null
}
