import { type NeededStage, reviewFor, stagesFor } from '#lib/changes/policy.ts'
import { overdueReviewOf } from '#lib/changes/review-store.ts'
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
import {
  emergencyUncovered,
  reviewSeat,
  type StaffedReview,
  staffReview,
} from './emergency/staff-review.ts'
import { loadFacts } from './load-facts.ts'
import { loadRules, type Rules, type StaffedStage, staffStages } from './load-rules.ts'
import { type PlanError, type PlannedChange, planOnboarding } from './plan-change.ts'
import type { RequestContext } from './request-context.ts'
import type { RequestService } from './request-service.schema.ts'
import type { SignedIn } from './signed-in.ts'
import { waivedChecks } from './waivers/waived-checks.ts'

export type Assessment = {
  context: RequestContext
  plan: Result<PlannedChange, PlanError>
  checks: CheckResult[]
  /** What the checks were made from. */
  facts: Facts
  risk: Risk
  type: 'standard' | 'normal' | 'emergency'
  /** Number of the change whose overdue review keeps this one from being pre-authorised. */
  suspendedBy: number | null
  /** The review that an emergency change will owe, with its people. */
  review: StaffedReview | null
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
  /** How who asks is, or was, signed in; null where it is asked about somebody else. */
  signedIn: SignedIn | null
  /** The request is the one that is sealed in the change, and its votes are about it; a form’s is not. */
  sealed?: boolean
}

/** Plan, risk, stages and every check of one request, from one consistent look at the database. */
export async function assessRequest(tx: Transaction, input: AssessInput): Promise<Assessment> {
  const { request, context, requester } = input
  const rules = await loadRules(tx, context.tenant.id, {
    template: request.template,
    team: request.owningTeam,
  })
  const risk = assessRisk(riskInput(request, context, rules.history))
  const covering = findStandard(request, context, {
    band: risk.band,
    standards: rules.standards,
    now: rules.now,
  })
  const team = { tenantId: context.tenant.id, team: request.owningTeam }
  const suspendedBy = covering ? ((await overdueReviewOf(tx, team)) ?? null) : null
  const standard = suspendedBy === null ? covering : null
  const about = policyFacts(request, context, risk.band)
  const needed = standard ? [] : stagesFor(about, rules.policies)
  const barred = [requester.id, ...input.contributors, ...authorOf(context)]
  const stages = await staffStages(tx, needed, {
    ...{ tenantId: context.tenant.id, requesterId: requester.id, barred },
    owningTeam: request.owningTeam,
  })
  const review = await staffReview(tx, reviewFor(about, rules.policies), {
    ...{ tenantId: context.tenant.id, requesterId: requester.id },
    owningTeam: request.owningTeam,
  })
  const approversWithout = (others: readonly string[]) => {
    const unfillable =
      noStages({ request, standard, needed, review }) ??
      unfillableStages([...stages, ...reviewSeat(review)], new Set([...barred, ...others]))
    return known({ needed: stages.length, unfillable }, rules.now, 'approval policies')
  }
  const { facts, now } = await loadFacts(tx, {
    requester,
    request,
    context,
    changeId: input.changeId,
    signedIn: input.signedIn,
    sealed: input.sealed ?? false,
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
    type: request.emergency ? 'emergency' : standard ? 'standard' : 'normal',
    suspendedBy,
    review,
    standard,
    stages,
    evaluatedAt: now,
  }
}

/** Whoever published the template decides on nothing made from it. */
export function authorOf({ template }: Pick<RequestContext, 'template'>): string[] {
  return template?.author ? [template.author] : []
}

/** A change that no policy speaks about has no one to approve it: that is refused, not waved through. Nor is an emergency that nobody would review. */
function noStages({
  request,
  standard,
  needed,
  review,
}: {
  request: RequestService
  standard: StandardTemplate | null
  needed: readonly NeededStage[]
  review: StaffedReview | null
}): string[] | undefined {
  const uncovered = request.emergency && emergencyUncovered(needed, review)
  if (uncovered) return [uncovered]
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
    type: request.emergency ? 'emergency' : 'normal',
  }
}

function riskInput(
  request: RequestService,
  context: RequestContext,
  history: Rules['history'],
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
    success: history.success,
    declared: null,
  }
}

function findStandard(
  request: RequestService,
  context: RequestContext,
  { band, standards, now }: { band: Band; standards: readonly StandardTemplate[]; now: Date },
): StandardTemplate | null {
  // what others put somewhere is taken over by a person's word only
  if (request.emergency || context.targets.some(({ adopts }) => adopts)) return null
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
