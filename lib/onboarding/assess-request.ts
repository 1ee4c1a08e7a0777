import { type NeededStage, stagesFor } from '#lib/changes/policy.ts'
import type { Band, Risk } from '#lib/changes/risk.ts'
import { assessRisk } from '#lib/changes/risk.ts'
import { unfillableStages } from '#lib/changes/solve.ts'
import { coveringStandard, type StandardTemplate } from '#lib/changes/standard.ts'
import type { Transaction } from '#lib/db/client.ts'
import { loadPolicies } from '#lib/entitlements/cedar.ts'
import type { CheckResult } from '#lib/entitlements/check-result.ts'
import { evaluateChecks } from '#lib/entitlements/evaluate.ts'
import { type Facts, known } from '#lib/entitlements/facts.ts'
import type { Result } from '#lib/result.ts'
import { loadFacts } from './load-facts.ts'
import { loadRules, type StaffedStage, staffStages } from './load-rules.ts'
import { type PlanError, type PlannedChange, planOnboarding } from './plan-change.ts'
import type { RequestContext } from './request-context.ts'
import type { RequestService } from './request-service.schema.ts'
import { waivedChecks } from './waivers/waived-checks.ts'

export type Assessment = {
  context: RequestContext
  plan: Result<PlannedChange, PlanError>
  checks: CheckResult[]
  /** What the checks were made from. */
  facts: Facts
  risk: Risk
  type: 'standard' | 'normal'
  standard: StandardTemplate | null
  /** Empty for a standard change. */
  stages: StaffedStage[]
  evaluatedAt: Date
}

export type AssessInput = {
  request: RequestService
  context: RequestContext
  requester: { id: string; name: string; userName: string }
  /** People who may not approve besides the requester. */
  contributors: readonly string[]
  changeId: string | null
}

/** Plan, risk, stages and every check of one request, from one consistent look at the database. */
export async function assessRequest(tx: Transaction, input: AssessInput): Promise<Assessment> {
  const { request, context, requester } = input
  const rules = await loadRules(tx, context.tenant.id, request.template)
  const risk = assessRisk(riskInput(request, context, rules.history))
  const standard = findStandard(request, context, {
    band: risk.band,
    standards: rules.standards,
    now: rules.now,
  })
  const needed = standard ? [] : stagesFor(policyFacts(request, context, risk.band), rules.policies)
  const barred = [requester.id, ...input.contributors]
  const stages = await staffStages(tx, needed, {
    ...{ tenantId: context.tenant.id, requesterId: requester.id, barred },
    owningTeam: request.owningTeam,
  })
  const approversWithout = (others: readonly string[]) => {
    const unfillable =
      noStages(standard, needed) ?? unfillableStages(stages, new Set([...barred, ...others]))
    return known({ needed: stages.length, unfillable }, rules.now, 'approval policies')
  }
  const { facts, now } = await loadFacts(tx, {
    requester,
    request,
    context,
    changeId: input.changeId,
    approvers: approversWithout([]),
  })
  const policies = loadPolicies(rules.entitlementPolicy)
  const checks = await waivedChecks(tx, {
    tenantId: context.tenant.id,
    service: request.name,
    requesterId: requester.id,
    changeId: input.changeId,
    judge: (grantedBy) =>
      evaluateChecks({ ...facts, approvers: approversWithout(grantedBy) }, policies, now),
  })
  return {
    context,
    plan: planOnboarding(request, context, requester.userName),
    checks,
    facts,
    risk,
    type: standard ? 'standard' : 'normal',
    standard,
    stages,
    evaluatedAt: now,
  }
}

/** A normal change that no policy speaks about has no one to approve it: that is refused, not waved through. */
function noStages(
  standard: StandardTemplate | null,
  needed: readonly NeededStage[],
): string[] | undefined {
  return !standard && needed.length === 0 ? ['no approval policy covers this change'] : undefined
}

function policyFacts(
  request: RequestService,
  context: RequestContext,
  band: Band,
): Parameters<typeof stagesFor>[0] {
  const environments = [...new Set(context.targets.map((target) => target.environment))]
  return {
    tenant: context.tenant.slug,
    environments,
    dataClass: request.dataClass,
    band,
    type: 'normal',
  }
}

function riskInput(
  request: RequestService,
  context: RequestContext,
  history: { templateUsed: boolean; successRate: number | null },
): Parameters<typeof assessRisk>[0] {
  const production = new Set(
    context.environments
      .filter((environment) => environment.production)
      .map((environment) => environment.name),
  )
  return {
    tier: request.tier,
    dataClass: request.dataClass,
    production: context.targets.some((target) => production.has(target.environment)),
    targets: context.targets.length,
    templateUsedBefore: history.templateUsed,
    servesHttp: context.template?.definition.servesHttp ?? false,
    successRate: history.successRate,
    declared: null,
  }
}

function findStandard(
  request: RequestService,
  context: RequestContext,
  { band, standards, now }: { band: Band; standards: readonly StandardTemplate[]; now: Date },
): StandardTemplate | null {
  // what others put somewhere is taken over by a person's word only
  if (context.targets.some(({ adopts }) => adopts)) return null
  const environments = [...new Set(context.targets.map((target) => target.environment))]
  const bounded = {
    tenant: context.tenant.slug,
    template: request.template,
    environments,
    size: request.size,
    dataClass: request.dataClass,
    tier: request.tier,
    targets: context.targets.length,
    band,
    parameters: request.parameters,
  }
  return coveringStandard(bounded, standards, now) ?? null
}
