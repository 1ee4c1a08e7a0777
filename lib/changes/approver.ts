import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { unfillableStages } from './solve.ts'

export type NotAnApprover =
  | { code: 'barred_from_approving'; why: string }
  | { code: 'not_an_approver'; stages: string[] }
  | { code: 'already_decided'; stage: string }

export type DecidableStage = {
  id: string
  name: string
  state: string
  quorum: number
  principals: readonly string[]
  /** Active people behind the principals; where they are known, a vote never takes a seat that another stage needs. */
  eligible?: readonly string[]
  decisions: readonly { deciderId: string }[]
}

/**
 * The open stage this person may decide now. Nobody approves what they requested or edited, admins included;
 * one person fills one seat of the whole change.
 */
export function stageFor<S extends DecidableStage>(
  person: { id: string; principals: readonly string[] },
  stages: readonly S[],
  barred: readonly { personId: string; why: string }[],
): Result<S, NotAnApprover> {
  const bar = barred.find((entry) => entry.personId === person.id)
  if (bar) return err({ code: 'barred_from_approving', why: bar.why })
  const decided = stages.find((stage) =>
    stage.decisions.some((vote) => vote.deciderId === person.id),
  )
  if (decided) return err({ code: 'already_decided', stage: decided.name })
  const open = stages.filter((stage) => stage.state === 'open')
  const own = open.filter((stage) =>
    stage.principals.some((principal) => person.principals.includes(principal)),
  )
  const gone = new Set([...barred.map((entry) => entry.personId), person.id, ...decidersOf(stages)])
  const chosen = own.find((stage) => leavesOthersFillable(stage, open, gone)) ?? own[0]
  if (chosen) return ok(chosen)
  return err({ code: 'not_an_approver', stages: open.map((stage) => stage.name) })
}

function decidersOf(stages: readonly DecidableStage[]): string[] {
  return stages.flatMap((stage) => stage.decisions.map((vote) => vote.deciderId))
}

/** With this seat taken, can the people who have not voted still fill the rest? */
function leavesOthersFillable(
  taken: DecidableStage,
  open: readonly DecidableStage[],
  gone: ReadonlySet<string>,
): boolean {
  if (open.some((stage) => !stage.eligible)) return true
  const rest = open.map((stage) => {
    const left = stage.quorum - stage.decisions.length - (stage.id === taken.id ? 1 : 0)
    return { name: stage.name, quorum: Math.max(0, left), eligible: stage.eligible ?? [] }
  })
  return unfillableStages(rest, gone).length === 0
}
