import { insertDecision, type NewDecision } from '#lib/changes/decision-store.ts'
import { standingFor } from '#lib/changes/mandate-store.ts'
import type { PastVote } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'

type Carrying = {
  stage: Pick<NewDecision, 'stageId' | 'changeId' | 'tenantId' | 'revision' | 'planHash'>
  votes: readonly PastVote[]
}

/** Copies votes that still speak into a stage of the next revision; one that was given for another only where its delegation stands for this stage too. Answers those copied. */
export async function carryVotes(
  tx: Transaction,
  { stage, votes }: Carrying,
): Promise<readonly PastVote[]> {
  const delegations = votes.flatMap(({ delegationId }) => delegationId ?? [])
  const standing = await standingFor(tx, stage.stageId, delegations)
  const carried = votes.filter(
    ({ delegationId }) => !delegationId || standing.includes(delegationId),
  )
  for (const { id, deciderId, delegatorId, delegationId } of carried) {
    await insertDecision(tx, {
      ...stage,
      deciderId,
      verdict: 'approve',
      comment: null,
      proof: null,
      carriedFrom: id,
      behalf: delegatorId && delegationId ? { delegatorId, delegationId } : undefined,
    })
  }
  return carried
}
