import { stagesFor } from '#lib/changes/policy.ts'
import { assessRisk, type Risk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import { loadRules, type Rules } from '../load-rules.ts'
import { type Assessment, askedStages } from '../seal-change.ts'
import type { RetirementFacts } from './load-retirement.ts'
import { placeOf, planRetirement } from './plan-retirement.ts'
import type { RetirementTerms } from './retire-service.schema.ts'

/** Plan, risk and stages of a retirement. No standard change ever covers one. */
export async function assessRetirement(
  tx: Transaction,
  facts: RetirementFacts,
  { terms, barred }: { terms: RetirementTerms; barred: readonly string[] },
): Promise<Assessment> {
  const rules = await loadRules(tx, facts.tenant.id, {
    template: facts.request.template,
    team: facts.request.owningTeam,
  })
  const risk = riskOf(facts, terms, rules.history)
  const needed = stagesFor(
    {
      tenant: facts.tenant.slug,
      environments: [...new Set(facts.instances.map(({ environment }) => environment))],
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
  return { plan: planRetirement(facts, terms), risk, ...asked }
}

/** The terms of a plan made now: what is chosen, and what is seen. */
export function termsOf(
  facts: RetirementFacts,
  chosen: Pick<RetirementTerms, 'workloads' | 'quarantineMinutes'>,
): RetirementTerms {
  const seen = facts.instances.map((instance) => [placeOf(instance), [...instance.seen].sort()])
  return { ...chosen, seen: Object.fromEntries(seen) }
}

/** As of any change; what deletes workloads, or touches production, is never low. */
function riskOf(
  facts: RetirementFacts,
  { workloads }: RetirementTerms,
  history: Rules['history'],
): Risk {
  const production = facts.instances.some((instance) => instance.production)
  const grave = production || workloads === 'prune'
  return assessRisk({
    tier: facts.request.tier,
    dataClass: facts.request.dataClass,
    production,
    targets: facts.instances.length,
    templateUsedBefore: history.templateUsed,
    servesHttp: false,
    success: history.success,
    declared: grave ? 'medium' : null,
  })
}
