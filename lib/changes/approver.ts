import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { unfillableStages } from './solve.ts'
import { partiesOf } from './votes.ts'

export type NotAnApprover =
  | { code: 'barred_from_approving'; why: string }
  | { code: 'not_an_approver'; stages: string[] }
  | { code: 'already_decided'; stage: string }
  | { code: 'stage_waits'; stage: string; before: string[] }
  | NotForAnother

/** Why somebody may not sign for another, where it is not their own standing. */
export type NotForAnother =
  | { code: 'no_delegation' }
  | { code: 'delegator_barred'; name: string; why: string }
  | { code: 'delegator_decided'; name: string }

/** What the stage asks of an approval besides the right person. */
export type TermsUnmet =
  | { code: 'comment_required'; stage: string }
  | { code: 'step_up_needed'; stage: string; minutes: number }

export type DecidableStage = {
  id: string
  name: string
  state: string
  quorum: number
  principals: readonly string[]
  /** Active people behind the principals who may decide; where they are known, a vote speaks for one of them, and never takes a seat that another stage needs. */
  eligible?: readonly string[]
  decisions: readonly { deciderId: string; delegatorId?: string | null; verdict?: string }[]
}

/** One for whom a person may sign on this change: by which delegation, and the places that it covers. */
export type Mandate = {
  delegationId: string
  delegatorId: string
  /** The delegator's. */
  name: string
  principals: readonly string[]
}

type Barred = readonly { personId: string; why: string }[]

/**
 * The open stage this person may decide now. Nobody approves what they requested or edited, admins included;
 * one person fills one seat of the whole change, by a vote of their own or by one that was given for them.
 */
export function stageFor<S extends DecidableStage>(
  person: { id: string; principals: readonly string[] },
  stages: readonly S[],
  barred: Barred,
): Result<S, NotAnApprover> {
  const bar = barred.find((entry) => entry.personId === person.id)
  if (bar) return err({ code: 'barred_from_approving', why: bar.why })
  const decided = decidedIn(person.id, stages)
  if (decided) return err({ code: 'already_decided', stage: decided.name })
  const { principals } = person
  return chosenStage({ parties: [person.id], speaksFor: person.id, principals }, stages, barred)
}

/**
 * The open stage in which this person may sign for another: the other's place, as far as the delegation covers it. Both must be free to decide: a bar or
 * a vote of either, given or signed for, stands against it, for it would be a second one.
 */
export function stageForAnother<S extends DecidableStage>(
  person: { id: string; mandate: Mandate },
  stages: readonly S[],
  barred: Barred,
): Result<S, NotAnApprover> {
  const { delegatorId, name, principals } = person.mandate
  const own = barred.find((entry) => entry.personId === person.id)
  if (own) return err({ code: 'barred_from_approving', why: own.why })
  const theirs = barred.find((entry) => entry.personId === delegatorId)
  if (theirs) return err({ code: 'delegator_barred', name, why: theirs.why })
  const decided = decidedIn(person.id, stages)
  if (decided) return err({ code: 'already_decided', stage: decided.name })
  if (decidedIn(delegatorId, stages)) return err({ code: 'delegator_decided', name })
  const parties = [person.id, delegatorId]
  return chosenStage({ parties, speaksFor: delegatorId, principals }, stages, barred)
}

function decidedIn<S extends DecidableStage>(person: string, stages: readonly S[]): S | undefined {
  return stages.find((stage) => stage.decisions.some((vote) => partiesOf(vote).includes(person)))
}

type Taking = {
  parties: readonly string[]
  /** Whose place it is. */
  speaksFor: string
  principals: readonly string[]
}

function chosenStage<S extends DecidableStage>(
  { parties, speaksFor, principals }: Taking,
  stages: readonly S[],
  barred: Barred,
): Result<S, NotAnApprover> {
  const open = stages.filter((stage) => stage.state === 'open')
  const toFill = stages.filter((stage) => ['open', 'waiting'].includes(stage.state))
  const isTheirs = ({ principals: of, eligible }: S) =>
    of.some((principal) => principals.includes(principal)) &&
    (eligible?.includes(speaksFor) ?? true)
  const own = open.filter(isTheirs)
  const gone = new Set([
    ...barred.map((entry) => entry.personId),
    ...parties,
    ...stages.flatMap((stage) => stage.decisions.flatMap(partiesOf)),
  ])
  const chosen = own.find((stage) => leavesOthersFillable(stage, toFill, gone)) ?? own[0]
  if (chosen) return ok(chosen)
  const later = stages.find((stage) => stage.state === 'waiting' && isTheirs(stage))
  const before = open.map((stage) => stage.name)
  return later
    ? err({ code: 'stage_waits', stage: later.name, before })
    : err({ code: 'not_an_approver', stages: before })
}

/**
 * What is missing for an approval in this stage: a comment, or a sign-in that is fresh enough. `authTime` is when the identity provider says
 * that the person proved who they are, epoch milliseconds; 0 means that it did not say, which is never fresh. Other verdicts ask for neither.
 */
export function termsUnmet(
  stage: { name: string; commentRequired: boolean; stepUpMinutes: number | null },
  vote: { verdict: string; comment: string; authTime: number },
  now: number,
): TermsUnmet | undefined {
  if (vote.verdict !== 'approve') return undefined
  const minutes = stage.stepUpMinutes
  if (minutes !== null && now - vote.authTime > minutes * 60_000)
    return { code: 'step_up_needed', stage: stage.name, minutes }
  return stage.commentRequired && vote.comment.trim() === ''
    ? { code: 'comment_required', stage: stage.name }
    : undefined
}

/** With this seat taken, can the people who have not voted still fill the rest? */
function leavesOthersFillable(
  taken: DecidableStage,
  toFill: readonly DecidableStage[],
  gone: ReadonlySet<string>,
): boolean {
  if (toFill.some((stage) => !stage.eligible)) return true
  const rest = toFill.map((stage) => {
    const given = stage.decisions.filter(({ verdict }) => verdict !== 'reject').length
    const left = stage.quorum - given - (stage.id === taken.id ? 1 : 0)
    return { name: stage.name, quorum: Math.max(0, left), eligible: stage.eligible ?? [] }
  })
  return unfillableStages(rest, gone).length === 0
}
