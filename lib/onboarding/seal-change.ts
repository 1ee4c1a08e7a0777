import { savePlan } from '#lib/changes/plan-store.ts'
import type { NeededStage, PlatformKind } from '#lib/changes/policy.ts'
import type { Risk } from '#lib/changes/risk.ts'
import { type StageSeats, unfillableStages } from '#lib/changes/solve.ts'
import {
  barPeople,
  insertChange,
  insertRevision,
  insertStages,
  updateChange,
} from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from './advance-change.ts'
import { askPeople } from './ask-people.ts'
import { oweReview } from './emergency/owe-review.ts'
import type { StaffedReview } from './emergency/staff-review.ts'
import type { Emergency } from './emergency.schema.ts'
import { type StaffedStage, type Staffing, staffStages } from './load-rules.ts'
import type { PlannedChange } from './plan-change.ts'

export type AskedChange = { changeId: string; number: number; planHash: string }

/** What approvers are asked about; a change that is never pre-authorised has stages, or a name in `unfillable`. */
export type Assessment = {
  plan: PlannedChange
  risk: Risk
  stages: StaffedStage[]
  unfillable: string[]
  /** What an emergency owes. */
  review?: StaffedReview | null
}

/** The stages that policies ask for, with their people; where no policy asks for any, `uncovered` says so in place of a stage that nobody can fill. Nobody fills a stage and a seat of `besides`. */
export async function askedStages(
  tx: Transaction,
  needed: readonly NeededStage[],
  {
    uncovered,
    besides = [],
    ...staffing
  }: Staffing & { uncovered: string; besides?: StageSeats[] },
): Promise<Pick<Assessment, 'stages' | 'unfillable'>> {
  const stages = await staffStages(tx, needed, staffing)
  const unfillable =
    stages.length === 0
      ? [uncovered]
      : unfillableStages([...stages, ...besides], new Set(staffing.barred))
  return { stages, unfillable }
}

type Sealing = {
  viewer: Viewer
  tenantId: string
  kind: 'retire' | 'roll_back' | PlatformKind
  title: string
  reason: string
  serviceId?: string
  /** The request and terms that are sealed under the plan. */
  parameters: Parameters<typeof insertRevision>[1]['parameters']
  /** What the audit says of it beside its kind. */
  payload: Readonly<Record<string, string | number>>
  assessment: Assessment
  /** Of an emergency, with the name of the team that owes its review. */
  emergency?: (Emergency & { team: string }) | undefined
}

const EXPIRES_HOURS = 14 * 24

/** Freezes the plan of a new normal or emergency change, bars its requester from deciding, and asks the people of its stages: all in the caller's transaction. */
export async function sealChange(
  platform: Platform,
  tx: Transaction,
  {
    viewer,
    tenantId,
    kind,
    title,
    reason,
    serviceId,
    parameters,
    payload,
    assessment,
    emergency,
  }: Sealing,
): Promise<AskedChange> {
  const { plan, risk, stages } = assessment
  const type = emergency ? 'emergency' : 'normal'
  const at = { changeId: newId('chg'), tenantId, revision: 1, planHash: plan.hash }
  const { changeId } = at
  const number = await insertChange(tx, {
    ...{ id: changeId, tenantId, kind, type, title },
    requesterId: viewer.id,
  })
  await savePlan(tx, tenantId, plan)
  await insertRevision(tx, { ...at, parameters, submittedBy: viewer.id })
  await updateChange(tx, changeId, {
    ...{ planHash: plan.hash, revision: 1, type },
    ...(serviceId ? { serviceId } : {}),
    risk: { score: risk.score, band: risk.band, detail: risk },
    expiresInHours: EXPIRES_HOURS,
  })
  await barPeople(tx, { changeId, tenantId }, [{ id: viewer.id, why: 'requested it' }])
  if (emergency) {
    const { team, ...said } = emergency
    const owed = { changeId, tenantId, team, emergency: said, review: assessment.review ?? null }
    await oweReview(platform, tx, owed)
  }
  await insertStages(tx, at, stages)
  await askPeople(platform, tx, { changeId, barred: [viewer.id] })
  await advanceChange(platform, tx, {
    changeId,
    events: ['submit', 'ask_approval'],
    reason,
    payload: { kind, ...payload },
  })
  return { changeId, number, planHash: plan.hash }
}
