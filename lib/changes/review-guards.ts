/** What the rows say of the review that an emergency change owes. */
export type GuardedReview = {
  /** When it is to be done; null before the change has run. */
  dueAt: Date | null
  /** Who did it; null before. */
  reviewerId: string | null
  /** Active people who may do it, now. */
  eligible: readonly string[]
}

type ReviewFacts = {
  now: Date
  type: string
  barred: readonly string[]
  stages: readonly { decisions: readonly { deciderId: string; delegatorId?: string | null }[] }[]
  review: GuardedReview | null
  overdueReview: number | null
}

/** It is an emergency change, and nobody has reviewed it. */
export function reviewOwed({ type, review }: ReviewFacts): boolean {
  return type === 'emergency' && review !== null && review.reviewerId === null
}

/** An emergency change was reviewed by one of its reviewers who neither asked for, edited nor voted on it. Other changes owe no review. */
export function reviewDone({ type, review, barred, stages }: ReviewFacts): boolean {
  if (type !== 'emergency') return true
  const reviewer = review?.reviewerId ?? null
  if (reviewer === null || !review?.eligible.includes(reviewer)) return false
  const voted = stages.flatMap(({ decisions }) =>
    decisions.flatMap(({ deciderId, delegatorId }) => [deciderId, delegatorId]),
  )
  return !barred.includes(reviewer) && !voted.includes(reviewer)
}

/** The time for its review is over, and nobody did it. */
export function reviewDeadlinePast({ review, now }: ReviewFacts): boolean {
  return review?.dueAt != null && review.dueAt < now && review.reviewerId === null
}

/** No review that the team owes is overdue: until it is done, nothing of the team is pre-authorised. */
export function noOverdueReview({ type, overdueReview }: ReviewFacts): boolean {
  return type !== 'standard' || overdueReview === null
}

/** The newest run of a change, as its rows say it. */
export type GuardedRun = {
  state: string
  planHash: string
  /** States of its steps in order; the last one closes the change. */
  steps: readonly string[]
  /** Targets of its steps that are not done. */
  targetsLeft: number
}
