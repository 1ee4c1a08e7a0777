import { BASELINE_STEPS } from './baseline/steps.ts'
import { POLICY_STEPS } from './policy-edit/steps.ts'
import { STEPS } from './provision-service.ts'
import { RETIREMENT_STEPS } from './retirement/steps.ts'
import { ROLLBACK_STEPS } from './rollback/steps.ts'
import type { Step } from './steps/step.ts'

/** The steps of a run, by the kind of its change. */
export function stepsOf(kind: string): readonly Step[] {
  if (kind === 'roll_back') return ROLLBACK_STEPS
  if (kind === 'cluster_baseline') return BASELINE_STEPS
  if (kind === 'edit_policy') return POLICY_STEPS
  return kind === 'retire' ? RETIREMENT_STEPS : STEPS
}
