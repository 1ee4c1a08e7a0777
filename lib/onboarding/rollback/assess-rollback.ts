import { stagesFor } from '#lib/changes/policy.ts'
import { assessRisk, type Risk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import { loadRules, type Rules } from '../load-rules.ts'
import { type Assessment, askedStages } from '../seal-change.ts'
import type { RollbackFacts } from './load-rollback.ts'
import { movedBy, placeOf, planRollback } from './plan-rollback.ts'
import type { Crossing, RollbackPlace, RollbackTerms } from './roll-back.schema.ts'

/** Plan, risk and stages of a rollback. Standard changes bound what is onboarded, not what is taken back: none covers one. */
export async function assessRollback(
  tx: Transaction,
  facts: RollbackFacts,
  { terms, barred }: { terms: RollbackTerms; barred: readonly string[] },
): Promise<Assessment> {
  const rules = await loadRules(tx, facts.tenant.id, {
    template: facts.request.template,
    team: facts.request.owningTeam,
  })
  const risk = riskOf(facts, rules.history)
  const needed = stagesFor(
    {
      tenant: facts.tenant.slug,
      environments: [terms.environment],
      dataClass: facts.request.dataClass,
      band: risk.band,
      type: 'normal',
    },
    rules.policies,
  )
  const asked = await askedStages(tx, needed, {
    ...{ tenantId: facts.tenant.id, requesterId: barred[0] ?? '', barred },
    owningTeam: facts.request.owningTeam,
    uncovered: 'no approval policy covers this change',
  })
  return { plan: planRollback(facts, terms), risk, ...asked }
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
