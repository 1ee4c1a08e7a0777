import { owedReview, reviewFallsDue, reviewOf, teamOf } from '#lib/changes/review-store.ts'
import { lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { type Advance, advanceChange, tell } from '../advance-change.ts'
import type { Emergency } from '../emergency.schema.ts'
import type { StaffedReview } from './staff-review.ts'

type Telling = Pick<Platform, 'queue' | 'settings'>

export type Owing = {
  changeId: string
  tenantId: string
  /** Name of the owning team. */
  team: string
  /** Undefined: it is no emergency. */
  emergency: Emergency | undefined
  review: StaffedReview | null
}

/** Writes down what an emergency change owes, and tells the owning team, the tenant's owners and the reviewers of it, once a revision. Other changes owe nothing. */
export async function oweReview(
  platform: Telling,
  tx: Transaction,
  { changeId, tenantId, team, emergency, review }: Owing,
): Promise<void> {
  if (!emergency || !review) return
  const { principals, eligible, policyId, policyVersion, hours } = review
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
