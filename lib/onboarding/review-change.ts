import { stageFor, stageForAnother } from '#lib/changes/approver.ts'
import { mandatesOf } from '#lib/changes/mandate-store.ts'
import { loadBarred, loadRevision, loadStages, lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { lastEvaluated, storeResults } from '#lib/entitlements/store.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { surveysOf } from './adoption/surveys-of.ts'
import { assessRequest } from './assess-request.ts'
import { loadRequestContext } from './request-context.ts'
import { RequestService } from './request-service.schema.ts'
import { signedInOf } from './signed-in.ts'

/** Seconds for which one look at the checks serves everybody who opens the change. */
const FRESH_SECONDS = 60

/**
 * Evaluates every check of a change that somebody is about to decide, against the facts of now, and keeps the results as the review's.
 * True when it did; false when the last review is fresh or nobody is asked any more.
 */
export async function reviewChange(
  platform: Platform,
  viewer: Viewer,
  { changeId, tenantId }: { changeId: string; tenantId: string },
): Promise<boolean> {
  const why = { reason: 'review', change: changeId, tenants: [tenantId] }
  const reviewed = await platform.transact<boolean, never>(viewer, why, async (tx) =>
    ok(await review(platform, tx, { viewer, changeId, tenantId })),
  )
  return reviewed.ok && reviewed.value
}

async function review(
  platform: Platform,
  tx: Transaction,
  { viewer, changeId, tenantId }: { viewer: Viewer; changeId: string; tenantId: string },
): Promise<boolean> {
  const change = await lockChange(tx, changeId)
  if (change?.state !== 'awaiting_approval' || change.kind !== 'onboard') return false
  const barred = await loadBarred(tx, changeId)
  const stages = await loadStages(tx, changeId, change.revision)
  const mandates = await mandatesOf(tx, { delegateId: viewer.id, tenantId })
  const decides =
    stageFor(viewer, stages, barred).ok ||
    mandates.some((mandate) => stageForAnother({ id: viewer.id, mandate }, stages, barred).ok)
  if (!decides) return false
  const at = { changeId, revision: change.revision, phase: 'review' } as const
  const age = await lastEvaluated(tx, at)
  if (age !== null && age < FRESH_SECONDS) return false
  const revision = await loadRevision(tx, changeId, change.revision)
  const request = RequestService.parse(
    (revision?.parameters as { request?: unknown } | undefined)?.request,
  )
  const context = await loadRequestContext(
    tx,
    request,
    platform.settings,
    surveysOf(revision?.parameters),
  )
  if (!context) return false
  const requester = await tx.person.findUniqueOrThrow({
    // of a change that somebody else edited it is the editor who asks, and whom the plan names
    where: { id: revision?.submittedBy ?? change.requesterId },
    select: { id: true, display_name: true, user_name: true },
  })
  const { checks } = await assessRequest(tx, {
    request,
    context,
    requester: { id: requester.id, name: requester.display_name, userName: requester.user_name },
    contributors: barred.map((entry) => entry.personId),
    changeId,
    signedIn: signedInOf(revision?.parameters),
    sealed: true,
  })
  await storeResults(tx, { ...at, tenantId, subjectId: changeId }, checks)
  return true
}
