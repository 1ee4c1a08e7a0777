import { fillReview } from '#lib/onboarding/emergency/fill-review.ts'
import { missReviews } from '#lib/onboarding/emergency/miss-reviews.ts'
import { type Act, as } from './acts.ts'
import type { Actor } from './world.ts'

const waits = ['review_due', 'overdue']

/** Somebody reviews the emergency, now and then a plan that is not the current one. Who asked for it must not succeed. */
export function review({
  who,
  outcome,
  stale,
}: {
  who: Actor
  outcome: 'successful' | 'with_issues' | 'unsuccessful'
  stale: boolean
}): Act {
  return {
    ...{ name: 'review', args: { who, outcome, stale } },
    fits: (state) => waits.includes(state),
    perform: (history) =>
      as(history, who, async (viewer) => {
        const { changeId, planHash, before, asked } = history.current
        const answer = await fillReview(history.platform, viewer, {
          ...{ changeId, outcome, justified: true, followUps: '' },
          ...{ happened: 'a queue was full', planHash: stale ? before : planHash },
        })
        if (answer.ok && stale) throw new Error('a review of other bytes was taken')
        if (answer.ok && asked.has(who)) throw new Error(`${who} asked for it, and reviewed it`)
        return answer
      }),
  }
}

/** The worker looks for reviews whose time is over; this one may be. */
export function miss(due: boolean): Act {
  return {
    ...{ name: 'miss the review', args: { due } },
    fits: (state) => state === 'review_due' || state === 'failed',
    async perform({ world, current, state }) {
      if (due)
        await world.at.rows(
          `update emergency_review set due_at = now() - interval '1 second' where change_id = $1 and due_at is not null and reviewed_at is null`,
          current.changeId,
        )
      await missReviews(world.at.worker)
      return due && state === 'review_due' ? 'ok' : 'nothing_due'
    },
  }
}
