import { CHECK_DEFINITIONS } from '../definitions.ts'
import type { SourceKind } from './kinds.ts'

const CHECKS: Readonly<Record<SourceKind, readonly string[]>> = {
  training: ['training_current'],
  clearance: ['cleared_for_class'],
  oncall: ['team_on_call'],
  finance: ['cost_code', 'cost_team', 'cost_budget'],
  prices: ['cost_budget'],
  applications: ['application_registered'],
  vendors: ['third_party_assessed'],
}

/** Titles of the checks that rest on a kind of source, and how old it may be for the strictest of them, in minutes. */
export function usesOf(kind: SourceKind): { titles: string[]; freshMinutes: number } {
  const checks = CHECK_DEFINITIONS.filter(({ id }) => CHECKS[kind].includes(id))
  return {
    titles: checks.map(({ title }) => title),
    freshMinutes: Math.min(...checks.map((check) => check.freshMinutes ?? Number.MAX_SAFE_INTEGER)),
  }
}
