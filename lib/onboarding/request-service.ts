import { mayIn } from '#lib/auth/permissions.ts'
import { loadBarredNow } from '#lib/changes/mandate-store.ts'
import { movedSections } from '#lib/changes/plan.ts'
import { loadSections, savePlan } from '#lib/changes/plan-store.ts'
import {
  barPeople,
  type ChangeRow,
  insertChange,
  insertRevision,
  insertStages,
  loadBarred,
  loadStages,
  openNextStages,
  setStageState,
  updateChange,
  voidOpenStages,
} from '#lib/changes/store.ts'
import { carriedVotes, isApproved, stageOutcome } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import { blocks, type CheckResult } from '#lib/entitlements/check-result.ts'
import { keepFacts } from '#lib/entitlements/facts-json.ts'
import { storeResults } from '#lib/entitlements/store.ts'
import { waiversIn } from '#lib/entitlements/waiver.ts'
import { newId } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from './advance-change.ts'
import { askPeople } from './ask-people.ts'
import { type Assessment, assessRequest, authorOf } from './assess-request.ts'
import { carryVotes } from './carry-votes.ts'
import { editable, type NotEditable } from './editable-change.ts'
import { oweReview } from './emergency/owe-review.ts'
import type { PlanError } from './plan-change.ts'
import { loadRequestContext } from './request-context.ts'
import { type SubmitService, titleOf } from './request-service.schema.ts'
import { namesOf, overQuota, type Reservation, release, repeated, reserve } from './reservations.ts'
import { type SignedIn, signedInAs } from './signed-in.ts'
import { leanOnWaivers } from './waivers/lean-on-waivers.ts'

export type RequestServiceError =
  | { code: 'tenant_not_found' }
  | { code: 'cluster_unknown'; clusters: string[] }
  | { code: 'checks_failed'; checks: CheckResult[] }
  | { code: 'name_taken'; names: Reservation[] }
  | NotEditable
  | PlanError

export type Submitted = {
  changeId: string
  number: number
  type: Assessment['type']
  planHash: string
  revision: number
}

const EXPIRES_HOURS = 14 * 24

/**
 * Submits an onboarding request, new or edited: checks (binding, stored), plan frozen and hashed, names reserved, stages made, or pre-authorised.
 * State, audit, notices and job commit together, or nothing does.
 */
export async function requestService(
  platform: Platform,
  viewer: Viewer,
  input: SubmitService,
): Promise<Result<Submitted, RequestServiceError>> {
  const { request } = input
  return platform.transact(
    viewer,
    { reason: request.reason || `onboard ${request.name}` },
    async (tx) => {
      const context = await loadRequestContext(tx, request, platform.settings)
      if (!context || !mayIn(viewer, 'service.request', context.tenant.id))
        return err({ code: 'tenant_not_found' })
      if (context.unknownClusters.length > 0)
        return err({ code: 'cluster_unknown', clusters: context.unknownClusters })
      const edited = input.changeId ? await editable(tx, input, context.tenant.id) : ok(null)
      if (!edited.ok) return edited
      const barred = edited.value ? await loadBarred(tx, edited.value.id) : []
      const asked = {
        request,
        context,
        requester: await requesterOf(tx, viewer),
        contributors: barred.map((person) => person.personId),
        signedIn: signedInAs(viewer),
      }
      const assess = (changeId: string | null) => assessRequest(tx, { ...asked, changeId })
      const assessment = await assess(edited.value?.id ?? null)
      if (!assessment.plan.ok) return assessment.plan
      if (blocks(assessment.checks))
        return err({ code: 'checks_failed', checks: assessment.checks })
      return seal(platform, tx, {
        viewer,
        input,
        assessment,
        plan: assessment.plan.value,
        edited: edited.value,
        barred: asked.contributors,
        signedIn: asked.signedIn,
        assess,
      })
    },
  )
}

async function requesterOf(
  tx: Transaction,
  viewer: Viewer,
): Promise<{ id: string; name: string; userName: string }> {
  const person = await tx.person.findUniqueOrThrow({
    where: { id: viewer.id },
    select: { user_name: true },
  })
  return { id: viewer.id, name: viewer.name, userName: person.user_name }
}

type Sealing = {
  viewer: Viewer
  input: SubmitService
  assessment: Assessment
  plan: Extract<Assessment['plan'], { ok: true }>['value']
  edited: ChangeRow | null
  barred: string[]
  signedIn: SignedIn
  /** Looks at the request again, as it stands in a change. */
  assess: (changeId: string) => Promise<Assessment>
}

async function seal(
  platform: Platform,
  tx: Transaction,
  sealing: Sealing,
): Promise<Result<Submitted, RequestServiceError>> {
  const { viewer, input, assessment, plan, edited } = sealing
  const { tenant } = assessment.context
  const changeId = edited?.id ?? newId('chg')
  const title = titleOf(input.request)
  const parentId = await repeated(tx, tenant.id, input.repeats)
  const number =
    edited?.number ??
    (await insertChange(tx, {
      id: changeId,
      tenantId: tenant.id,
      kind: 'onboard',
      type: assessment.type,
      title,
      requesterId: viewer.id,
      ...(parentId ? { parentId } : {}),
    }))
  const revision = edited ? edited.revision + 1 : 1
  if (edited) await release(tx, changeId)
  const taken = await reserve(tx, { tenantId: tenant.id, changeId }, namesOf(assessment.context))
  if (taken.length > 0) return err({ code: 'name_taken', names: taken })
  await savePlan(tx, tenant.id, plan)
  await insertRevision(tx, {
    changeId,
    tenantId: tenant.id,
    revision,
    planHash: plan.hash,
    parameters: {
      request: input.request,
      demand: assessment.context.demand,
      surveys: assessment.context.targets.flatMap(({ survey }) => survey?.id ?? []),
      signedIn: sealing.signedIn,
    },
    submittedBy: viewer.id,
    facts: keepFacts(assessment.facts, assessment.evaluatedAt),
  })
  await updateChange(tx, changeId, {
    planHash: plan.hash,
    revision,
    title,
    type: assessment.type,
    risk: { score: assessment.risk.score, band: assessment.risk.band, detail: assessment.risk },
    standardId: assessment.standard?.id ?? null,
    expiresInHours: EXPIRES_HOURS,
  })
  await barPeople(tx, { changeId, tenantId: tenant.id }, [
    {
      id: viewer.id,
      why: edited && edited.requesterId !== viewer.id ? 'edited it' : 'requested it',
    },
    ...authorOf(assessment.context).map((id) => ({ id, why: 'published its template' })),
  ])
  const at = { tenantId: tenant.id, changeId, revision, phase: 'submit' as const }
  const checks = await leanOnWaivers(tx, at, assessment.checks)
  if (blocks(checks)) return err({ code: 'checks_failed', checks })
  await storeResults(tx, { ...at, subjectId: changeId }, checks)
  const barred = [...sealing.barred, ...waiversIn(checks).map(({ decidedBy }) => decidedBy)]
  const { emergency, owningTeam: team } = input.request
  const owed = { changeId, tenantId: tenant.id, team, emergency, review: assessment.review }
  await oweReview(platform, tx, owed)
  const approved = await openStages(platform, tx, { ...sealing, barred, changeId, revision })
  const short = await shortOfQuota(tx, sealing, changeId)
  if (short) return err({ code: 'checks_failed', checks: short })
  await advance(platform, tx, { sealing, changeId, approved })
  return ok({ changeId, number, type: assessment.type, planHash: plan.hash, revision })
}

async function advance(
  platform: Platform,
  tx: Transaction,
  { sealing, changeId, approved }: { sealing: Sealing; changeId: string; approved: boolean },
): Promise<void> {
  const { edited, assessment } = sealing
  const first = edited
    ? ({ event: 'edit', base: sealing.input.baseRevision ?? edited.revision } as const)
    : 'submit'
  // votes that are carried speak of these bytes
  const approve = { event: 'approve', seen: sealing.plan.hash } as const
  const then = assessment.standard
    ? (['preauthorise'] as const)
    : approved
      ? (['ask_approval', approve] as const)
      : (['ask_approval'] as const)
  const reason = assessment.standard
    ? `pre-authorised by ${assessment.standard.name}`
    : assessment.suspendedBy === null
      ? sealing.input.request.reason || null
      : suspended(assessment.suspendedBy)
  if (assessment.standard || approved)
    await platform.queue.enqueue(tx, 'change.start', { changeId }, { key: changeId })
  await advanceChange(platform, tx, { changeId, events: [first, ...then], reason })
}

/** Why people are asked about what a standard change covers. */
function suspended(number: number): string {
  return `not pre-authorised: the review of the emergency change CHG-${number} is overdue, and suspends the standard changes of the team`
}

/** Checks of the request as it stands beside all others, where the quota of an environment is exceeded and nobody waived that. */
async function shortOfQuota(
  tx: Transaction,
  { assessment, assess }: Sealing,
  changeId: string,
): Promise<CheckResult[] | undefined> {
  const { tenant, demand } = assessment.context
  const over = (await overQuota(tx, tenant.id)).filter((environment) => environment in demand)
  if (over.length === 0) return undefined
  const { checks } = await assess(changeId)
  const waived = checks.filter(
    (check) => check.checkId === 'quota_fits' && check.outcome === 'waived',
  )
  const subjects = waived.map(({ subject }) => subject)
  return over.every((environment) => subjects.includes(environment)) ? undefined : checks
}

type Opening = Sealing & { changeId: string; revision: number }

/** Makes the revision's stages, carries votes whose sections did not move, asks the people who are left. True when nothing is left to ask. */
async function openStages(platform: Platform, tx: Transaction, opening: Opening): Promise<boolean> {
  const { assessment, plan, edited, changeId, revision, viewer } = opening
  const { tenant } = assessment.context
  const past = edited ? await loadPastStages(tx, edited) : []
  const moved = edited?.planHash
    ? movedSections(await loadSections(tx, edited.planHash), plan.sections)
    : []
  if (edited) await voidOpenStages(tx, changeId)
  const at = { changeId, tenantId: tenant.id, revision, planHash: plan.hash }
  const ids = await insertStages(tx, at, assessment.stages)
  const never = (await loadBarredNow(tx, changeId)).map(({ personId }) => personId)
  const barred = new Set([...opening.barred, ...never, viewer.id])
  const states: { state: string }[] = []
  for (const [index, stage] of assessment.stages.entries()) {
    const id = ids[index] ?? ''
    const carried = await carryVotes(tx, {
      stage: { ...at, stageId: id },
      votes: carriedVotes(past, stage, { moved, barred }),
    })
    const state = stageOutcome({
      ...{ quorum: stage.quorum, veto: stage.veto },
      decisions: carried,
    })
    if (state !== 'open') await setStageState(tx, id, state)
    states.push({ state })
  }
  await openNextStages(tx, { id: changeId, revision })
  await askPeople(platform, tx, { changeId, barred: [...barred] })
  return isApproved(states)
}

async function loadPastStages(
  tx: Transaction,
  edited: ChangeRow,
): Promise<Parameters<typeof carriedVotes>[0]> {
  const rows = await loadStages(tx, edited.id, edited.revision)
  return rows.map(({ name, policyId, policyVersion, sections, decisions }) => ({
    ...{ name, policyId, policyVersion, sections, decisions },
  }))
}
