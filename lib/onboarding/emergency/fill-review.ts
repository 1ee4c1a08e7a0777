import { record } from '#lib/audit/store.ts'
import { fillReviewRow, reviewOf } from '#lib/changes/review-store.ts'
import {
  type ChangeRow,
  loadBarred,
  loadStages,
  lockChange,
  updateChange,
} from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from '../advance-change.ts'
import type { FillReview } from './review-change.schema.ts'

export type FillReviewError =
  | { code: 'change_not_found' }
  | { code: 'review_plan_differs' }
  | { code: 'not_a_reviewer' }
  | { code: 'barred_from_reviewing'; why: string }
  | { code: 'run_was_given_up' }
  | IllegalTransition

/**
 * Fills the review of an emergency change and closes it, by one of its reviewers who neither asked for, edited nor voted on it. Of two reviewers at
 * once one is told that it is closed. An end of the review ends what it suspended.
 */
export async function fillReview(
  platform: Platform,
  viewer: Viewer,
  review: FillReview,
): Promise<Result<{ state: 'closed' }, FillReviewError>> {
  const tenantId = await tenantOf(platform, viewer, review.changeId)
  if (!tenantId) return err({ code: 'change_not_found' })
  const why = { reason: 'review of an emergency', change: review.changeId, tenants: [tenantId] }
  return platform.transact(viewer, why, (tx) => fill(platform, tx, { viewer, review }))
}

/** By seeing the tenant, or by being one of its reviewers. */
async function tenantOf(
  platform: Platform,
  viewer: Viewer,
  changeId: string,
): Promise<string | undefined> {
  const rows = await platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) =>
      tx.$queryRaw<{ tenantId: string }[]>`
      select c.tenant_id as "tenantId" from change c where c.id = ${changeId} and (c.tenant_id = any(${Object.keys(viewer.roles)})
        or exists (select from emergency_review r where r.change_id = c.id and r.principals && ${[...viewer.principals]}::text[]))`,
  )
  return rows[0]?.tenantId
}

type Filling = { viewer: Viewer; review: FillReview }

async function fill(
  platform: Platform,
  tx: Transaction,
  { viewer, review }: Filling,
): Promise<Result<{ state: 'closed' }, FillReviewError>> {
  const change = await lockChange(tx, review.changeId)
  if (!change?.planHash) return err({ code: 'change_not_found' })
  const refused = await refusal(tx, change, { viewer, review })
  if (refused) return err(refused)
  const { changeId, happened, justified, outcome, followUps } = review
  await fillReviewRow(tx, { ...review, reviewerId: viewer.id })
  await updateChange(tx, changeId, { closeCode: outcome })
  await record(tx, {
    tenant: change.tenantId,
    action: 'change.reviewed',
    subject: changeId,
    payload: { plan: change.planHash, happened, justified, outcome, followUps },
  })
  await advanceChange(platform, tx, {
    changeId,
    events: ['close'],
    reason: `reviewed: ${justified ? 'justified' : 'not justified'}, ${outcome.replace('_', ' ')}`,
    notice: 'review.done',
    payload: { closeCode: outcome },
  })
  return ok({ state: 'closed' as const })
}

async function refusal(
  tx: Transaction,
  change: ChangeRow,
  { viewer, review }: Filling,
): Promise<FillReviewError | undefined> {
  const next = transition(change.state, 'close')
  if (!next.ok) return next.error
  if (!['review_due', 'overdue'].includes(change.state))
    return { code: 'illegal_transition', from: change.state, event: 'close', legal: [] }
  if (review.planHash !== change.planHash) return { code: 'review_plan_differs' }
  const barred = await loadBarred(tx, change.id)
  const bar = barred.find(({ personId }) => personId === viewer.id)
  if (bar) return { code: 'barred_from_reviewing', why: bar.why }
  const stages = await loadStages(tx, change.id, change.revision)
  const votes = stages.flatMap(({ decisions }) => decisions)
  if (votes.some((vote) => [vote.deciderId, vote.delegatorId].includes(viewer.id)))
    return { code: 'barred_from_reviewing', why: 'decided on it' }
  const owed = await reviewOf(tx, change.id)
  if (!owed?.eligible.includes(viewer.id)) return { code: 'not_a_reviewer' }
  const rows = await tx.$queryRaw<
    object[]
  >`select from change where id = ${change.id} and close_code = 'unsuccessful'`
  if (rows.length > 0 && review.outcome !== 'unsuccessful') return { code: 'run_was_given_up' }
  return undefined
}
