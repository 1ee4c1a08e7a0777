import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { PolicyRule } from './cedar.ts'
import type { Outcome, Value, WaivableNow } from './check-result.ts'
import type { CheckDefinition } from './definition.ts'
import { HOUSE_RULE } from './definitions.ts'
import type { Inputs, Need } from './inputs.ts'

/** Measures that move with what others do, and with time: a waiver of a house rule does not bind to them. */
const MOVING = [
  'services_left',
  'cpu_milli_left',
  'memory_mib_left',
  'instances_left',
  'repository_free',
  'namespace_free',
  'unfillable_stages',
  'budget_left',
  'estimate_monthly',
  'team_cleared',
  'template_intact',
  'service_known',
  'access_overdue',
  'access_lapsed',
  'multi_factor',
  'signed_in_minutes',
  'freezes',
  'approvals',
  'approvals_not_apart',
]

/** How this failure of a check of ours may be lived with; null where nobody may. Only a fail ever can: what could not be judged is nobody's to waive. */
export function waivableOf(
  { waivable }: CheckDefinition,
  { value }: Need,
  { outcome, reason }: { outcome: Outcome; reason: string },
): WaivableNow | null {
  if (outcome !== 'fail' || !waivable || !value) return null
  if (waivable.reasons && !waivable.reasons.includes(reason)) return null
  const { by, maxDays } = waivable
  return { by, maxDays, rule: '', value: { ...value, reason }, asked: null }
}

/** The same of a house rule: its author says so (`@waivable`), and it covers this text of the rule on these inputs. */
export function waivableHouseRule(
  rule: PolicyRule,
  outcome: Outcome,
  { context }: Inputs,
): WaivableNow | null {
  const { waivable } = HOUSE_RULE
  if (outcome !== 'fail' || !waivable || rule.waivableDays === null) return null
  const value: Record<string, Value> = { rule: sha256Hex(rule.text) }
  for (const [key, given] of Object.entries(context)) if (!MOVING.includes(key)) value[key] = given
  return {
    by: waivable.by,
    maxDays: Math.min(rule.waivableDays, waivable.maxDays),
    rule: rule.id,
    value,
    asked: null,
  }
}

/** Two values are the same where this is: SHA-256 of their canonical text, hex. */
export function valueHash(value: WaivableNow['value']): string {
  return sha256Hex(canonicalJson(value))
}
