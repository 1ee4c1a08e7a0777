import { owedReview, reviewFallsDue, reviewOf, teamOf } from '#lib/changes/review-store.ts'
import { lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { type Advance, advanceChange, tell } from '../advance-change.ts'
import type { Assessment } from '../assess-request.ts'
import type { RequestService } from '../request-service.schema.ts'

type Telling = Pick<Platform, 'queue' | 'settings'>

/** Writes down what an emergency request owes, and tells the owning team, the tenant's owners and the reviewers of it, once a revision. Other requests owe nothing. */
export async function oweReview(
  platform: Telling,
  tx: Transaction,
  asked: { changeId: string; request: RequestService; assessment: Assessment },
): Promise<void> {
  const { changeId, request, assessment } = asked
  const { emergency, owningTeam: team } = request
  if (!emergency || !assessment.review) return
  const { principals, eligible, policyId, policyVersion, hours } = assessment.review
  const tenantId = assessment.context.tenant.id
  await owedReview(tx, {
    ...{ changeId, tenantId, team, incident: emergency.incident, why: emergency.why },
    ...{ policyId, policyVersion, hours, principals },
  })
  const change = await lockChange(tx, changeId)
  if (!change) return
  const people = [...(await teamOf(tx, { tenantId, team, roles: ['owner'] })), ...eligible]
  await tell(platform, tx, {
    change,
    event: 'emergency.asked',
    people: [...new Set(people)].filter((id) => id !== change.requesterId),
    suffix: String(change.revision),
  })
}

/**
 * Ends the work on a change: one that is no emergency is closed; an emergency change waits for its review, whose deadline begins now and whose
 * reviewers are told. Its close code is on the row already.
 */
export async function closeOrReview(
  platform: Telling,
  tx: Transaction,
  { events, ...advance }: Omit<Advance, 'events'> & { events: Advance['events'] },
): Promise<void> {
  const change = await lockChange(tx, advance.changeId)
  if (change?.type !== 'emergency')
    return advanceChange(platform, tx, { ...advance, events: [...events, 'close'] })
  const people = await reviewFallsDue(tx, change.id)
  await advanceChange(platform, tx, { ...advance, events: [...events, 'ask_review'] })
  await tell(platform, tx, { change, event: 'review.asked', people, suffix: '1' })
}

/** Whom an overdue review is told to: the tenant's approvers and owners, the team that owes it, and the reviewers. */
export async function overduePeople(
  tx: Transaction,
  { id, tenantId }: { id: string; tenantId: string },
): Promise<string[]> {
  const owed = await reviewOf(tx, id)
  const team = owed?.team ?? null
  const people = await teamOf(tx, { tenantId, team, roles: ['owner', 'approver'] })
  return [...new Set([...people, ...(owed?.eligible ?? [])])]
}
