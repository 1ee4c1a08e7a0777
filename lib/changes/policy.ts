import { z } from 'zod'
import { canonicalJson } from '#lib/canonical.ts'
import { SECTIONS } from './plan.ts'
import { BANDS, type Band } from './risk.ts'

/** Which changes a policy speaks about; an absent member means any, but for `kinds`. */
export const PolicyScope = z.strictObject({
  tenants: z.array(z.string()).optional(),
  environments: z.array(z.string()).optional(),
  dataClassAtLeast: z.int().optional(),
  riskAtLeast: z.enum(BANDS).optional(),
  types: z.array(z.enum(['standard', 'normal', 'emergency'])).optional(),
  /** Changes to the fleet that it speaks about. Without, it speaks about services, and about no change to the fleet. */
  kinds: z.array(z.enum(['cluster_baseline'])).optional(),
})
export type PolicyScope = z.infer<typeof PolicyScope>

/** Who may fill a stage: a group by name, or holders of a role in the change's tenant. */
export const StageRule = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('group'), group: z.string() }),
  z.strictObject({ source: z.literal('tenant_role'), role: z.enum(['owner', 'approver']) }),
])
export type StageRule = z.infer<typeof StageRule>

export const PolicyBody = z.strictObject({
  stages: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        rule: StageRule,
        quorum: z.int().min(1),
        sections: z.array(z.enum(SECTIONS)).min(1),
        dueHours: z.int().min(1).max(720),
      }),
    )
    .min(1),
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
  /** Of a change to the fleet; absent of one to a service. */
  kind?: 'cluster_baseline'
}

export type NeededStage = PolicyBody['stages'][number] & {
  policyId: string
  policyVersion: number
  policyName: string
  ordinal: number
}

/** Stages that all matching policies ask for. They add up: each keeps its own quorum; only identical ones are folded, to the shorter deadline. */
export function stagesFor(
  change: ChangeFactsForPolicy,
  policies: readonly ApprovalPolicy[],
): NeededStage[] {
  const stages = new Map<string, NeededStage>()
  for (const policy of policies.filter((candidate) => matches(candidate.scope, change))) {
    for (const stage of policy.body.stages) {
      const key = canonicalJson([stage.name, stage.rule, stage.quorum, [...stage.sections].sort()])
      const same = stages.get(key)
      const dueHours = Math.min(stage.dueHours, same?.dueHours ?? stage.dueHours)
      const origin = { policyId: policy.id, policyVersion: policy.version, policyName: policy.name }
      stages.set(key, { ...stage, ...origin, ordinal: stages.size + 1, ...same, dueHours })
    }
  }
  return [...stages.values()]
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
  return !scope.types || scope.types.some((type) => type === change.type)
}
