import { decideChange } from '#lib/onboarding/decide-change.ts'
import { fillReview } from '#lib/onboarding/emergency/fill-review.ts'
import { missReviews } from '#lib/onboarding/emergency/miss-reviews.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { TestChanges } from './changes.ts'
import { finishRun } from './history/runs.ts'
import { aRequest } from './organisation.ts'

type Begun = { changeId: string; number: number; planHash: string; type: string }

/** What an emergency request says beside the usual. */
export const EMERGENCY = { incident: 'INC0012345', why: 'payments stand still since 9:40' }

/** Tests of emergency changes, by the product's own commands. */
export function emergencies(at: TestChanges) {
  const { platform } = at.organisation
  const ask = (
    name: string,
    differs: Parameters<typeof aRequest>[1],
    by: Viewer = at.viewers.ada,
  ) => requestService(platform, by, { request: aRequest(name, differs) })
  const begin = async (name: string): Promise<Begun> => {
    const answer = await ask(name, {
      targets: [{ environment: 'test', cluster: 'test-eu-1' }],
      emergency: EMERGENCY,
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
    return answer.value
  }
  const vote = ({ changeId, planHash }: Begun, by: Viewer, comment = 'go') =>
    decideChange(
      platform,
      { ...by, authTime: Date.now() },
      {
        ...{ changeId, planHash, comment, verdict: 'approve' },
      },
    )
  const due = async (name: string): Promise<Begun> => {
    const begun = await begin(name)
    await vote(begun, at.viewers.farah)
    await startChange(at.worker, begun.changeId)
    await finishRun(at, begun.changeId)
    return begun
  }
  const late = ({ changeId }: Begun) =>
    at.rows(
      `update emergency_review set due_at = now() - interval '1 second' where change_id = $1`,
      changeId,
    )
  return {
    ask,
    begin,
    vote,
    due,
    late,
    miss: () => missReviews(at.worker),
    async overdue(name: string): Promise<Begun> {
      const begun = await due(name)
      await late(begun)
      await missReviews(at.worker)
      return begun
    },
    review: ({ changeId, planHash }: Begun, by: Viewer, outcome: Outcome = 'successful') =>
      fillReview(platform, by, {
        ...{ changeId, planHash, outcome, justified: true },
        ...{ happened: 'a queue was full', followUps: 'raise the limit' },
      }),
    async state({ changeId }: { changeId: string }): Promise<string> {
      const [row] = await at.rows<{ state: string }>(
        `select state from change where id = $1`,
        changeId,
      )
      return row?.state ?? ''
    },
  }
}

type Outcome = 'successful' | 'with_issues' | 'unsuccessful'
