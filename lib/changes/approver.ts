import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

export type NotAnApprover =
  | { code: 'barred_from_approving'; why: string }
  | { code: 'not_an_approver'; stages: string[] }
  | { code: 'already_decided'; stage: string }

export type DecidableStage = { id: string; name: string; state: string; principals: readonly string[]; decisions: readonly { deciderId: string }[] }

/**
 * The open stage this person may decide now. Nobody approves what they requested or edited, admins included;
 * one person fills one seat of the whole change.
 */
export function stageFor(
  person: { id: string; principals: readonly string[] },
  stages: readonly DecidableStage[],
  barred: readonly { personId: string; why: string }[],
): Result<DecidableStage, NotAnApprover> {
  const bar = barred.find((entry) => entry.personId === person.id)
  if (bar) return err({ code: 'barred_from_approving', why: bar.why })
  const decided = stages.find((stage) => stage.decisions.some((vote) => vote.deciderId === person.id))
  if (decided) return err({ code: 'already_decided', stage: decided.name })
  const own = stages.find((stage) => stage.state === 'open' && stage.principals.some((principal) => person.principals.includes(principal)))
  if (own) return ok(own)
  return err({ code: 'not_an_approver', stages: stages.filter((stage) => stage.state === 'open').map((stage) => stage.name) })
}
