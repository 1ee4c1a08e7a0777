import type { NeededReview, NeededStage } from '#lib/changes/policy.ts'
import type { StageSeats } from '#lib/changes/solve.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type RuleStaff, type Staffing, staffRules } from '../load-rules.ts'

/** The review that an emergency change will owe, with its people. */
export type StaffedReview = NeededReview & RuleStaff

/** Who would review, by the rule of a policy; whoever asks, edits or votes is sorted out when they do. */
export async function staffReview(
  tx: Transaction,
  review: NeededReview | undefined,
  about: Omit<Staffing, 'barred'>,
): Promise<StaffedReview | null> {
  if (!review) return null
  const [people] = await staffRules(tx, [review.rule], about)
  return { ...review, ...(people ?? { principals: [], eligible: [], gap: null }) }
}

/** Somebody has to be left who may review and decides on nothing. */
export function reviewSeat(review: StaffedReview | null): StageSeats[] {
  return review
    ? [{ name: 'the review afterwards', quorum: 1, eligible: review.eligible, gap: review.gap }]
    : []
}

/** Why nobody could be asked about an emergency, in words; undefined where policies name who decides and who reviews. */
export function emergencyUncovered(
  needed: readonly NeededStage[],
  review: StaffedReview | null,
): string | undefined {
  if (needed.length === 0)
    return 'no approval policy speaks of emergency changes here: ask for it as a normal change, or have the platform team propose such a policy'
  return review
    ? undefined
    : 'the policy for emergency changes names nobody who reviews them afterwards'
}
