import { reviewFor, stagesFor } from '#lib/changes/policy.ts'
import { assessRisk, type Risk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import { emergencyUncovered, reviewSeat, staffReview } from '../emergency/staff-review.ts'
import { loadRules, type Rules } from '../load-rules.ts'
import { type Assessment, askedStages } from '../seal-change.ts'
import type { RollbackFacts } from './load-rollback.ts'
import { movedBy, placeOf, planRollback } from './plan-rollback.ts'
import type { Crossing, RollbackPlace, RollbackTerms } from './roll-back.schema.ts'

/** Plan, risk and stages of a rollback. Standard changes bound what is onboarded, not what is taken back: none covers one. */
export async function assessRollback(
  tx: Transaction,
  facts: RollbackFacts,
  { terms, barred, type }: Assessing,
): Promise<Assessment> {
  const rules = await loadRules(tx, facts.tenant.id, {
    template: facts.request.template,
    team: facts.request.owningTeam,
  })
  const risk = riskOf(facts, rules.history)
  const about = {
    tenant: facts.tenant.slug,
    environments: [terms.environment],
    ...{ dataClass: facts.request.dataClass, band: risk.band, type },
  }
  const needed = stagesFor(about, rules.policies)
  const people = {
    ...{ tenantId: facts.tenant.id, requesterId: barred[0] ?? '' },
    owningTeam: facts.request.owningTeam,
  }
  const emergency = type === 'emergency'
  const review = emergency ? await staffReview(tx, reviewFor(about, rules.policies), people) : null
  const uncovered = emergency ? emergencyUncovered(needed, review) : undefined
  const asked = await askedStages(tx, needed, {
    ...{ ...people, barred },
    uncovered: uncovered ?? 'no approval policy covers this change',
    besides: reviewSeat(review),
  })
  const unfillable = uncovered ? [uncovered] : asked.unfillable
  return { plan: planRollback(facts, terms), risk, ...asked, unfillable, review }
}

type Assessing = {
  terms: RollbackTerms
  barred: readonly string[]
  /** An emergency goes the way of the policies that name them. */
  type: 'normal' | 'emergency'
}

/** The terms of a plan made now: what is chosen, where that is, and what the Git host said. */
export function termsOf(
  facts: RollbackFacts,
  { environment, clusters, commit }: RollbackPlace,
  crossings: readonly Crossing[],
): RollbackTerms {
  const places = movedBy(facts.instances, { commit }).map(placeOf)
  return { environment, clusters, commit, places, crossings: [...crossings] }
}

/** As of any change; in production never low. */
function riskOf(facts: RollbackFacts, history: Rules['history']): Risk {
  const production = facts.instances.some((instance) => instance.production)
  return assessRisk({
    tier: facts.request.tier,
    dataClass: facts.request.dataClass,
    production,
    targets: facts.instances.length,
    templateUsedBefore: history.templateUsed,
    servesHttp: false,
    success: history.success,
    declared: production ? 'medium' : null,
  })
}
