import type { SignInMethods } from '#lib/auth/strength.ts'
import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

export type NewDecision = {
  stageId: string
  changeId: string
  tenantId: string
  revision: number
  planHash: string
  deciderId: string
  verdict: 'approve' | 'reject' | 'request_changes'
  comment: string | null
  /** When the decider proved who they are, epoch milliseconds, and how; null for a vote that is carried. */
  proof: (SignInMethods & { authTime: number }) | null
  carriedFrom?: string
  /** For whom it is given, where that is not the decider, and by which delegation. */
  behalf?: { delegatorId: string; delegationId: string } | undefined
}

/** Stores one vote; one carried from an earlier revision keeps its time and its proof of sign-in. It binds to the stage's bytes by foreign key; a second vote of the same person, given or signed for, is refused (23505). */
export async function insertDecision(tx: Transaction, decision: NewDecision): Promise<string> {
  const id = newId('dec')
  const { proof } = decision
  const carriedFrom = decision.carriedFrom ?? null
  await tx.$executeRaw`
    insert into decision (id, tenant_id, stage_id, change_id, revision, plan_hash, decider_id, verdict, comment, carried_from, delegator_id, delegation_id, auth_time, acr, amr, decided_at)
    values (${id}, ${decision.tenantId}, ${decision.stageId}, ${decision.changeId}, ${decision.revision}, decode(${decision.planHash}, 'hex'),
      ${decision.deciderId}, ${decision.verdict}, ${decision.comment}, ${carriedFrom},
      ${decision.behalf?.delegatorId ?? null}, ${decision.behalf?.delegationId ?? null},
      coalesce(to_timestamp(${proof?.authTime ? proof.authTime / 1000 : null}::double precision), (select auth_time from decision where id = ${carriedFrom})),
      coalesce(${proof?.acr ?? null}, (select acr from decision where id = ${carriedFrom})), coalesce(${proof ? [...proof.amr] : null}::text[], (select amr from decision where id = ${carriedFrom})),
      coalesce((select decided_at from decision where id = ${carriedFrom}), clock_timestamp()))`
  return id
}
