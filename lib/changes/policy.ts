import { z } from 'zod'
import { canonicalJson } from '#lib/canonical.ts'
import { storedText } from '#lib/stored-text.ts'
import { SECTIONS } from './plan.ts'
import { BANDS, type Band } from './risk.ts'

const Name = storedText(120).trim().min(1)

/** Changes that are no service's: a policy speaks about them only where it names them. */
export const PLATFORM_KINDS = ['cluster_baseline', 'edit_policy'] as const
export type PlatformKind = (typeof PLATFORM_KINDS)[number]

/** Which changes a policy speaks about; an absent member means any, but for `kinds`. */
export const PolicyScope = z.strictObject({
  tenants: z.array(Name).min(0).max(200).optional(),
  environments: z.array(Name).max(50).optional(),
  dataClassAtLeast: z.int().min(0).max(9).optional(),
  riskAtLeast: z.enum(BANDS).optional(),
  types: z.array(z.enum(['standard', 'normal', 'emergency'])).optional(),
  /** Changes to the fleet and to policies that it speaks about. Without, it speaks about services, and about none of these. */
  kinds: z.array(z.enum(PLATFORM_KINDS)).optional(),
})
export type PolicyScope = z.infer<typeof PolicyScope>

/**
 * Who may fill a stage: a group by name, holders of a role in the change's tenant, people by user name, the group that owns the service,
 * the requester's manager as the directory names them, or whoever is on call for the owning group while they are.
 */
export const StageRule = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('group'), group: Name }),
  z.strictObject({
    source: z.literal('tenant_role'),
    role: z.enum(['owner', 'approver', 'admin']),
  }),
  z.strictObject({ source: z.literal('named'), people: z.array(Name).min(1).max(20) }),
  z.strictObject({ source: z.literal('service_owner') }),
  z.strictObject({ source: z.literal('manager') }),
  z.strictObject({ source: z.literal('on_call') }),
])
export type StageRule = z.infer<typeof StageRule>

/** Whom a stage is escalated to: people that can be told without looking at the request. */
export const EscalationRule = z.discriminatedUnion('source', [
  StageRule.options[0],
  StageRule.options[1],
  StageRule.options[2],
])

/** How many must approve: a number, a share of those who may (rounded up, never below one), or everybody who may. */
export const Quorum = z.union([
  z.int().min(1).max(20),
  z.strictObject({ percent: z.int().min(1).max(100) }),
  z.literal('all'),
])
export type Quorum = z.infer<typeof Quorum>

const Hours = z.int().min(1).max(720)

/** One stage as a policy states it; what is absent has the meaning that `stagesFor` gives it. */
export const StageTerms = z
  .strictObject({
    name: Name,
    rule: StageRule,
    quorum: Quorum,
    sections: z.array(z.enum(SECTIONS)).min(1),
    dueHours: z.int().min(1).max(720),
    /** Stages of one order run in parallel; the next order opens when all of it are satisfied. */
    order: z.int().min(1).max(9).optional(),
    /** Rejections that end the change; `none`: it ends only when the quorum can no longer be reached. */
    veto: z.union([z.int().min(1).max(20), z.literal('none')]).optional(),
    commentRequired: z.boolean().optional(),
    /** Oldest sign-in with which one may approve, minutes. */
    stepUpMinutes: z.int().min(1).max(1440).optional(),
    /** Hours after which an approval no longer counts for a start. */
    validHours: z.int().min(1).max(2160).optional(),
    /** Hours after it opened, at which those who are asked are reminded. */
    remindAfterHours: z.array(Hours).min(1).max(5).optional(),
    /** Hours after it opened, at which the people of a rule are added to those who may decide. Nothing is approved by time. */
    escalateAfterHours: Hours.optional(),
    escalateTo: EscalationRule.optional(),
  })
  .refine(
    (stage) => (stage.escalateAfterHours === undefined) === (stage.escalateTo === undefined),
    {
      path: ['escalateTo'],
      message: 'say both after how many hours and to whom it is escalated',
    },
  )
  .refine(
    ({ remindAfterHours: hours = [] }) => hours.every((each, n) => each > (hours[n - 1] ?? 0)),
    {
      path: ['remindAfterHours'],
      message: 'each reminder comes later than the one before',
    },
  )
export type StageTerms = z.infer<typeof StageTerms>

/** Who reviews an emergency change after it ran, and within how many hours. */
export const ReviewTerms = z.strictObject({ rule: StageRule, hours: z.int().min(1).max(720) })

export const PolicyBody = z.strictObject({
  stages: z.array(StageTerms).min(1).max(12),
  /** Of a policy that speaks about emergencies. */
  review: ReviewTerms.optional(),
})
export type PolicyBody = z.infer<typeof PolicyBody>

export type ApprovalPolicy = {
  id: string
  version: number
  name: string
  scope: PolicyScope
  body: PolicyBody
}

export type ChangeFactsForPolicy = {
  tenant: string
  environments: readonly string[]
  dataClass: number
  band: Band
  type: string
  /** Of a change that is no service's; absent of one to a service. */
  kind?: PlatformKind
}

export type StageSla = {
  remindAfterHours: number[]
  escalation: { afterHours: number; to: StageRule } | null
}

export type NeededStage = {
  name: string
  rule: StageRule
  quorum: Quorum
  sections: StageTerms['sections']
  dueHours: number
  order: number
  /** Rejections that end the change; null: only an unreachable quorum does. */
  veto: number | null
  commentRequired: boolean
  stepUpMinutes: number | null
  validHours: number | null
  /** When those who are asked are reminded and others are added; absent: never. */
  sla?: StageSla
  /** Null for a stage that is built in. */
  policyId: string | null
  policyVersion: number | null
  policyName: string
  /** Place among the change's stages, by order. */
  ordinal: number
}

/**
 * Stages that all matching policies ask for. They add up: each keeps its own quorum; only identical ones are folded, to the shorter deadline.
 * Absent terms mean: order 1, one rejection ends it, no comment, no fresh sign-in, approvals that do not lapse by themselves.
 */
export function stagesFor(
  change: ChangeFactsForPolicy,
  policies: readonly ApprovalPolicy[],
): NeededStage[] {
  const stages = new Map<string, NeededStage>()
  for (const policy of policies.filter((candidate) => matches(candidate.scope, change))) {
    for (const terms of policy.body.stages) {
      const { dueHours, ...stage } = completed(terms)
      const key = canonicalJson({ ...stage, sections: [...stage.sections].sort() })
      const same = stages.get(key)
      const origin = { policyId: policy.id, policyVersion: policy.version, policyName: policy.name }
      const due = { dueHours: Math.min(dueHours, same?.dueHours ?? dueHours) }
      stages.set(key, { ...stage, ...origin, ordinal: 0, ...same, ...due })
    }
  }
  return [...stages.values()]
    .sort((one, other) => one.order - other.order)
    .map((stage, index) => ({ ...stage, ordinal: index + 1 }))
}

function completed(terms: StageTerms): Omit<NeededStage, keyof Origin> {
  const { order, veto, commentRequired, stepUpMinutes, validHours, ...rest } = terms
  const { remindAfterHours, escalateAfterHours, escalateTo, ...stated } = rest
  const escalation =
    escalateTo && escalateAfterHours ? { afterHours: escalateAfterHours, to: escalateTo } : null
  return {
    ...stated,
    ...((remindAfterHours || escalation) && {
      sla: { remindAfterHours: remindAfterHours ?? [], escalation },
    }),
    order: order ?? 1,
    veto: veto === 'none' ? null : (veto ?? 1),
    commentRequired: commentRequired ?? false,
    stepUpMinutes: stepUpMinutes ?? null,
    validHours: validHours ?? null,
  }
}

type Origin = Pick<NeededStage, 'policyId' | 'policyVersion' | 'policyName' | 'ordinal'>

/** Approvals that a quorum means among so many people who may give one: a share is rounded up, and never none. */
export function seatsOf(quorum: Quorum, people: number): number {
  if (quorum === 'all') return Math.max(1, people)
  if (typeof quorum === 'number') return quorum
  return Math.max(1, Math.ceil((people * quorum.percent) / 100))
}

export type NeededReview = z.infer<typeof ReviewTerms> & { policyId: string; policyVersion: number }

/** The review that matching policies ask of a change after it ran: of several the one that is due first. Only emergencies owe one. */
export function reviewFor(
  change: ChangeFactsForPolicy,
  policies: readonly ApprovalPolicy[],
): NeededReview | undefined {
  if (change.type !== 'emergency') return undefined
  const asked = policies
    .filter(({ scope }) => matches(scope, change))
    .flatMap(({ id, version, body }) =>
      body.review ? [{ ...body.review, policyId: id, policyVersion: version }] : [],
    )
  return asked.sort((one, other) => one.hours - other.hours)[0]
}

function matches(scope: PolicyScope, change: ChangeFactsForPolicy): boolean {
  if (change.kind ? !scope.kinds?.includes(change.kind) : scope.kinds) return false
  if (scope.tenants && !scope.tenants.includes(change.tenant)) return false
  if (scope.environments && !scope.environments.some((name) => change.environments.includes(name)))
    return false
  if (scope.dataClassAtLeast !== undefined && change.dataClass < scope.dataClassAtLeast)
    return false
  if (scope.riskAtLeast && BANDS.indexOf(change.band) < BANDS.indexOf(scope.riskAtLeast))
    return false
  // what speaks of any change does not mean emergencies: they go the way of those that name them
  if (change.type === 'emergency' && !scope.types) return false
  return !scope.types || scope.types.some((type) => type === change.type)
}
