import { writeWait } from '#lib/changes/held-store.ts'
import { hashPlan, type Section } from '#lib/changes/plan.ts'
import { loadItemHashes, loadSections } from '#lib/changes/plan-store.ts'
import {
  type ChangeRow,
  loadBarred,
  loadRevision,
  loadStages,
  lockChange,
  voidOpenStages,
} from '#lib/changes/store.ts'
import { isApproved, ofPolicies } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type CheckResult, isBlocking } from '#lib/entitlements/check-result.ts'
import { storeResults } from '#lib/entitlements/store.ts'
import { newId } from '#lib/id.ts'
import { insertRun } from '#lib/runs/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { lockGate } from '#lib/servicenow/reading-store.ts'
import { movedSinceSurvey } from './adoption/moved-since-survey.ts'
import { surveysOf } from './adoption/surveys-of.ts'
import { advanceChange } from './advance-change.ts'
import { assessRequest } from './assess-request.ts'
import { awaitFacts, unreadOf } from './await-facts.ts'
import { baselineObstacle } from './baseline/start-baseline.ts'
import { isOutsideWindow } from './freezes/await-window.ts'
import { isHeldBack } from './hold-back.ts'
import { policyObstacle } from './policy-edit/start-policy.ts'
import { loadRequestContext } from './request-context.ts'
import { RequestService } from './request-service.schema.ts'
import { retirementObstacle } from './retirement/start-retirement.ts'
import { rollbackObstacle } from './rollback/start-rollback.ts'
import { signedInOf } from './signed-in.ts'
import { stepsOf } from './steps-of.ts'
import { approvedByGranter, leanOnWaivers } from './waivers/lean-on-waivers.ts'

/**
 * Starts an approved change, in one transaction that re-checks everything that could have moved since: the stored bytes against the approved hash,
 * the plan rendered anew, the approvals and the standing of those who gave them, and every entitlement. What no longer holds sends it back with the reason;
 * what cannot be read now keeps it waiting.
 */
export async function startChange(platform: WorkerPlatform, changeId: string): Promise<void> {
  const found = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    findChange(tx, changeId),
  )
  if (!found) return
  const { tenantId } = found
  const moved = found.adopts ? await movedSinceSurvey(platform, found) : undefined
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [tenantId], change: changeId, reason: 'start' },
    async (tx) => {
      await lockGate(tx, tenantId, 'starting')
      const change = await lockChange(tx, changeId)
      if (!change?.planHash || !['approved', 'scheduled', 'blocked'].includes(change.state)) return
      if (change.state === 'approved')
        await advanceChange(platform, tx, {
          changeId,
          events: ['schedule'],
          reason: null,
        })
      if (await isOutsideWindow(platform, tx, change)) return
      if (await isHeldBack(platform, tx, change)) return
      const obstacle = moved ?? (await obstacleTo(platform, tx, change))
      if (typeof obstacle === 'object') return awaitFacts(platform, tx, change, obstacle.unread)
      await writeWait(tx, changeId, null)
      if (obstacle) {
        await voidOpenStages(tx, changeId)
        await advanceChange(platform, tx, {
          changeId,
          events: ['return_for_changes'],
          reason: obstacle,
        })
        return
      }
      const runId = newId('run')
      await insertRun(
        tx,
        {
          id: runId,
          tenantId,
          changeId,
          attempt: 1,
          planHash: new Uint8Array(Buffer.from(change.planHash, 'hex')),
        },
        stepsOf(change.kind).map((step) => step.name),
      )
      await platform.queue.enqueue(tx, 'run.advance', { runId }, { key: runId })
      await advanceChange(platform, tx, {
        changeId,
        events: ['start'],
        reason: null,
        payload: { run: runId },
      })
    },
  )
}

type Found = {
  tenantId: string
  tenant: string
  service: string
  planHash: string
  adopts: boolean
}

async function findChange(tx: Transaction, changeId: string): Promise<Found | undefined> {
  const rows = await tx.$queryRaw<Found[]>`
    select c.tenant_id as "tenantId", t.slug as tenant, v.parameters->'request'->>'name' as service, coalesce(encode(c.plan_hash, 'hex'), '') as "planHash",
      c.kind = 'onboard' and c.state in ('approved','scheduled','blocked') and jsonb_path_exists(v.parameters, '$.request.targets[*].adopt') as adopts
    from change c join tenant t on t.id = c.tenant_id join change_revision v on v.change_id = c.id and v.revision = c.revision where c.id = ${changeId}`
  return rows[0]
}

/** Why the change may not start now, in words for the requester, or what of it cannot be read now; undefined when nothing stands against it. */
async function obstacleTo(
  platform: WorkerPlatform,
  tx: Transaction,
  change: ChangeRow,
): Promise<string | { unread: string } | undefined> {
  const planHash = change.planHash ?? ''
  const items = await loadItemHashes(tx, planHash)
  const recomputed = hashPlan(
    items.map((item) => ({
      path: item.path,
      hash: item.hash,
      section: item.section as Section,
      action: item.action as 'create',
    })),
  )
  const stored = await loadSections(tx, planHash)
  if (
    recomputed.hash !== planHash ||
    Object.entries(recomputed.sections).some(([section, hash]) => stored[section] !== hash)
  ) {
    return 'the stored plan does not match its approved hash; nothing was applied. The platform team is to look at this'
  }
  if (change.kind === 'cluster_baseline')
    return (await baselineObstacle(tx, change)) ?? approvalObstacle(tx, change)
  if (change.kind === 'edit_policy')
    return (await policyObstacle(tx, change)) ?? approvalObstacle(tx, change)
  if (change.kind === 'retire')
    return (await retirementObstacle(tx, change)) ?? approvalObstacle(tx, change)
  if (change.kind === 'roll_back')
    return (await rollbackObstacle(tx, change)) ?? approvalObstacle(tx, change)
  return onboardingObstacle(platform, tx, change)
}

async function onboardingObstacle(
  platform: WorkerPlatform,
  tx: Transaction,
  change: ChangeRow,
): Promise<string | { unread: string } | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const request = RequestService.parse(
    (revision?.parameters as { request?: unknown } | undefined)?.request,
  )
  const context = await loadRequestContext(
    tx,
    request,
    platform.settings,
    surveysOf(revision?.parameters),
  )
  if (!context) return 'the tenant is gone'
  const barred = await loadBarred(tx, change.id)
  const requester = await tx.person.findUniqueOrThrow({
    // of a change that somebody else edited it is the editor who asks, and whom the plan names
    where: { id: revision?.submittedBy ?? change.requesterId },
    select: { id: true, display_name: true, user_name: true },
  })
  const assessment = await assessRequest(tx, {
    request,
    context,
    requester: { id: requester.id, name: requester.display_name, userName: requester.user_name },
    contributors: barred.map((entry) => entry.personId),
    changeId: change.id,
    signedIn: signedInOf(revision?.parameters),
    sealed: true,
  })
  const at = {
    tenantId: change.tenantId,
    changeId: change.id,
    revision: change.revision,
    phase: 'start' as const,
  }
  const unread = unreadOf(assessment.checks)
  if (unread !== undefined) return { unread }
  const checks = await leanOnWaivers(tx, at, assessment.checks)
  await storeResults(tx, { ...at, subjectId: change.id }, checks)
  const blocking = checks.filter(isBlocking)
  if (blocking.length > 0) return wordsOf(blocking)
  const granter = await approvedByGranter(tx, change, checks)
  if (granter)
    return `${granter} approved it and granted a waiver that it leans on since; somebody else must approve it`
  if (!assessment.plan.ok || assessment.plan.value.hash !== change.planHash) {
    return 'the plan is outdated: what it was rendered from has changed since. Open it, look at the new plan and submit again'
  }
  return change.type === 'standard'
    ? standardObstacle(assessment.standard !== null)
    : approvalObstacle(tx, change)
}

function standardObstacle(covered: boolean): string | undefined {
  return covered ? undefined : 'no standard change covers it any more; it needs approval'
}

/** Approvals must stand on these very bytes and come from people who still may give them. */
async function approvalObstacle(tx: Transaction, change: ChangeRow): Promise<string | undefined> {
  const stages = ofPolicies(await loadStages(tx, change.id, change.revision))
  if (!isApproved(stages)) return 'not every stage is satisfied on this plan'
  const lost = await lostStanding(tx, change)
  if (lost) return lost
  const lapsed = await tx.$queryRaw<{ name: string; stage: string; hours: number }[]>`
    select p.display_name as name, s.name as stage, s.valid_hours as hours from decision d join approval_stage s on s.id = d.stage_id join person p on p.id = d.decider_id
    where d.change_id = ${change.id} and d.revision = ${change.revision} and d.verdict = 'approve'
      and d.decided_at + make_interval(hours => s.valid_hours) < clock_timestamp() order by d.decided_at limit 1`
  const old = lapsed[0]
  return old
    ? `the approval of ${old.name} for ${old.stage} is older than the ${old.hours} hours that it counts; ask again`
    : undefined
}

type Lost = { name: string; stage: string; delegator: string | null }

/** Of a vote for another, the delegator's standing and the delegation count; it asks for the giver's entitlement too. That its period is over since takes nothing away. */
async function lostStanding(tx: Transaction, change: ChangeRow): Promise<string | undefined> {
  const [first] = await tx.$queryRaw<Lost[]>`
    select p.display_name as name, s.name as stage, a.display_name as delegator from decision d join approval_stage s on s.id = d.stage_id
      join person p on p.id = d.decider_id left join person a on a.id = d.delegator_id join person v on v.id = coalesce(d.delegator_id, d.decider_id)
    where d.change_id = ${change.id} and d.revision = ${change.revision} and s.freeze_id is null and d.verdict = 'approve' and (p.status <> 'active' or v.status <> 'active' or not exists (
      select 1 from stage_principal q where q.stage_id = s.id and q.principal_id in (select app.principals_of(v.id)) and app.may_fill(v.id, q.principal_id, s.tenant_id))
      or d.delegation_id is not null and not app.mandate_stands(d.delegation_id, s.id)) order by d.decided_at, d.id limit 1`
  if (!first) return undefined
  const { name, stage, delegator } = first
  return delegator === null
    ? `${name} may no longer approve ${stage}; somebody else must`
    : `${name} may no longer sign ${stage} for ${delegator}: the delegation ended, or one of them lost standing; somebody else must`
}

function wordsOf(blocking: readonly CheckResult[]): string {
  return blocking
    .map((check) => `${check.title}: ${check.finding}`)
    .join('. ')
    .slice(0, 900)
}
