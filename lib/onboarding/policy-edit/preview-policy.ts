import { onCallGap } from '#lib/changes/on-call.ts'
import { type ApprovalPolicy, stagesFor } from '#lib/changes/policy.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { loadRules, staffStages } from '../load-rules.ts'
import { assessPolicyEdit, type PolicyEditError } from './assess-policy.ts'
import type { PreviewPolicy, SimulatedChange } from './edit-policy.schema.ts'
import type { Replay } from './replay-policies.ts'

export type SimulatedStage = {
  name: string
  order: number
  policy: string
  quorum: number
  /** Names of active people who could act, or whom the request will name. */
  people: string[]
}

export type PolicyPreview = {
  planHash: string
  before: string | null
  after: string
  band: string
  loosened: string[]
  /** How many changes differ, and the newest of them. */
  replay: Replay
  stages: string[]
  unfillable: string[]
  /** For the made-up change: what is asked today, and what would be. Null without one, or when its tenant is not known. */
  simulation: { today: SimulatedStage[]; proposed: SimulatedStage[] } | null
}

const SHOWN = 20

/** What an edit of a policy would do, before anybody is asked: its text beside the one in force, the replay, and a made-up change under both. Reads only. */
export async function previewPolicy(
  platform: Platform,
  viewer: Viewer,
  { draft, simulate }: PreviewPolicy,
): Promise<Result<PolicyPreview, PolicyEditError>> {
  return platform.read(viewer, async (tx): Promise<Result<PolicyPreview, PolicyEditError>> => {
    const assessed = await assessPolicyEdit(tx, draft, [viewer.id])
    if (!assessed.ok) return assessed
    const { plan, risk, replay, stages, unfillable, after, loosened } = assessed.value
    const [policy] = plan.items
    return ok({
      planHash: plan.hash,
      before: policy?.previous?.body ?? null,
      after: policy?.body ?? '',
      band: risk.band,
      loosened,
      replay: { ...replay, differ: replay.differ.slice(0, SHOWN) },
      stages: stages.map(({ name }) => name),
      unfillable,
      simulation: simulate
        ? await simulateChange(tx, simulate, { after, requester: viewer.id })
        : null,
    })
  })
}

async function simulateChange(
  tx: Transaction,
  change: SimulatedChange,
  { after, requester }: { after: readonly ApprovalPolicy[]; requester: string },
): Promise<PolicyPreview['simulation']> {
  const tenant = await tx.tenant.findUnique({
    where: { slug: change.tenant },
    select: { id: true },
  })
  if (!tenant) return null
  const { policies } = await loadRules(tx, tenant.id)
  const { policies: platforms } = await loadRules(tx, PLATFORM_TENANT)
  const tenants = policies.filter(({ id }) => !platforms.some((policy) => policy.id === id))
  const about = { ...change, type: 'normal' }
  const staff = (all: readonly ApprovalPolicy[]) =>
    staffed(tx, stagesFor(about, all), { tenantId: tenant.id, requester })
  return { today: await staff(policies), proposed: await staff([...after, ...tenants]) }
}

async function staffed(
  tx: Transaction,
  needed: ReturnType<typeof stagesFor>,
  { tenantId, requester }: { tenantId: string; requester: string },
): Promise<SimulatedStage[]> {
  const stages = await staffStages(tx, needed, {
    ...{ tenantId, requesterId: requester, barred: [] },
    owningTeam: null,
  })
  const ids = [...new Set(stages.flatMap(({ eligible }) => eligible))]
  const people = await tx.person.findMany({
    where: { id: { in: ids } },
    select: { id: true, display_name: true },
  })
  const names = new Map(people.map((person) => [person.id, person.display_name]))
  return stages.map(({ name, order, policyName, quorum, eligible, rule, gap }) => ({
    ...{ name, order, quorum, policy: policyName },
    people:
      (gap === null || gap === NO_TEAM ? OF_A_REQUEST[rule.source] : [`nobody now: ${gap}`]) ??
      eligible.flatMap((id) => names.get(id) ?? []).sort(),
  }))
}

const NO_TEAM = onCallGap('no_team', '')

/** Who only a request names: a made-up change has neither a team nor a requester. */
const OF_A_REQUEST: Readonly<Record<string, string[]>> = {
  service_owner: ['the owning team'],
  manager: ['the requester’s manager'],
  on_call: ['whoever is on call for the owning team'],
}
