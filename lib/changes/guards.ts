import { hashOfSections } from './plan.ts'
import {
  type GuardedReview,
  type GuardedRun,
  noOverdueReview,
  reviewDeadlinePast,
  reviewDone,
  reviewOwed,
} from './review-guards.ts'
import { unfillableStages } from './solve.ts'
import {
  type BoundedRequest,
  coveringStandard,
  outOfBounds,
  type StandardTemplate,
} from './standard.ts'
import {
  deadlinePast,
  runFitsFreezes,
  serviceNowAgrees,
  somethingHoldsIt,
  windowNotOver,
} from './time-guards.ts'
import type { ChangeEvent } from './transitions.ts'
import { hasStanding, isApproved, partiesOf, stageOutcome } from './votes.ts'

/** One stage of the current revision, as its rows say it. */
export type GuardedStage = Omit<Parameters<typeof stageOutcome>[0], 'decisions'> & {
  name: string
  state: string
  quorum: number
  /** Active people behind the principals, now. */
  eligible: readonly string[]
  decisions: readonly GuardedVote[]
}

type GuardedVote = {
  deciderId: string
  verdict: string
  /** Of an approval: it is older than its stage lets it count. */
  lapsed?: boolean
  /** For whom it was given, where that is not the decider; whether the delegation stands for this stage, now. */
  delegatorId?: string | null
  mandate?: boolean
}

/** What the rows say about a change at the moment it is moved. Read anew by whoever moves it; a command's word is in the move. */
export type GuardFacts = {
  now: Date
  /** Who acts: a person, or a process of the platform. */
  actor: string
  /** Roles of the actor in the change's tenant, now. */
  roles: readonly string[]
  inPlatformTenant: boolean
  kind: string
  type: string
  requesterId: string
  revision: number
  reason: string | null
  planHash: string | null
  /** Hash that the current revision is sealed under; null without such a revision. */
  sealedHash: string | null
  /** Hashes of the stored plan's sections. */
  sections: Readonly<Record<string, string>>
  /** Results of the checks of this revision, from the last look of either phase: how many, and which of them block. */
  checks: Readonly<Record<'submit' | 'start', { looked: number; blocking: readonly string[] }>>
  /** Schemes in which the change holds a name. */
  reserved: readonly string[]
  expiresAt: Date | null
  windowEnd: Date | null
  /** Its window is so nearly over that its run does not fit any more. */
  windowTooShort: boolean
  /** A freeze in force leaves no room for its run now. */
  frozen: boolean
  /** Its tenant's gate: ServiceNow has not approved it, or not lately. */
  awaitsServiceNow: boolean
  closeCode: string | null
  barred: readonly string[]
  stages: readonly GuardedStage[]
  standardId: string | null
  /** Standards of the tenant and the platform, and what they are held against; null where no standard may cover the change. */
  standards: readonly StandardTemplate[]
  bounded: BoundedRequest | null
  /** Runs of the change that are not over. */
  liveRuns: number
  /** The newest run; null before the first. */
  run: GuardedRun | null
  /** The review that an emergency change owes. */
  review: GuardedReview | null
  /** Of a standard change: number of one whose overdue review suspends it. */
  overdueReview: number | null
}

/** What only the command knows, by the event that needs it. */
export type Claims = {
  /** The plan that the voter had on the screen. */
  approve: { seen: string }
  reject: { seen: string }
  /** The revision that the editor started from. */
  edit: { base: number }
}

/** An event to bring about; one that needs a command's word cannot be written without it. */
export type Move =
  | Exclude<ChangeEvent, keyof Claims>
  | { [E in keyof Claims]: { event: E } & Claims[E] }[keyof Claims]

type Said = { event: ChangeEvent; seen?: string; base?: number }

/** What must hold for an event besides the state. The commands ask first, in words for people; whoever moves the change asks again. */
export const GUARDS = {
  submit: ['checks_pass', 'plan_sealed', 'names_reserved'],
  ask_approval: ['plan_sealed', 'every_stage_fillable'],
  preauthorise: ['checks_pass', 'plan_sealed', 'inside_standard_bounds', 'no_overdue_review'],
  return_for_changes: ['comment_given'],
  approve: ['plan_hash_seen', 'plan_sealed', 'not_barred', 'every_stage_satisfied'],
  reject: ['plan_hash_seen', 'not_barred', 'comment_given'],
  edit: ['checks_pass', 'plan_sealed', 'names_reserved', 'base_revision_current'],
  schedule: ['window_not_over'],
  block: ['something_holds_it'],
  unblock: ['run_fits_freezes', 'servicenow_agrees'],
  start: [
    'checks_pass',
    'plan_hash_unchanged',
    'approvals_valid',
    'one_live_run',
    'run_fits_freezes',
    'servicenow_agrees',
    'no_overdue_review',
  ],
  verify: ['steps_done'],
  fail: ['attempts_spent_or_cancelled'],
  retry: ['plan_hash_unchanged', 'one_live_run'],
  ask_review: ['every_target_ready_or_given_up', 'review_owed'],
  miss_review: ['review_deadline_past'],
  close: ['every_target_ready_or_given_up', 'review_done'],
  withdraw: ['requester_or_owner'],
  expire: ['deadline_past'],
} as const satisfies Record<ChangeEvent, readonly GuardName[]>

/** Every guard, in the order of the functions below. */
const HOLDS = {
  checks_pass: checksPass,
  plan_sealed: planSealed,
  names_reserved: namesReserved,
  base_revision_current: baseRevisionCurrent,
  every_stage_fillable: everyStageFillable,
  inside_standard_bounds: insideStandardBounds,
  comment_given: commentGiven,
  plan_hash_seen: planHashSeen,
  not_barred: notBarred,
  every_stage_satisfied: everyStageSatisfied,
  window_not_over: windowNotOver,
  something_holds_it: somethingHoldsIt,
  run_fits_freezes: runFitsFreezes,
  servicenow_agrees: serviceNowAgrees,
  plan_hash_unchanged: planHashUnchanged,
  approvals_valid: approvalsValid,
  one_live_run: oneLiveRun,
  steps_done: stepsDone,
  attempts_spent_or_cancelled: attemptsSpentOrCancelled,
  every_target_ready_or_given_up: everyTargetReadyOrGivenUp,
  requester_or_owner: requesterOrOwner,
  deadline_past: deadlinePast,
  review_owed: reviewOwed,
  review_done: reviewDone,
  review_deadline_past: reviewDeadlinePast,
  no_overdue_review: noOverdueReview,
} satisfies Record<string, (facts: GuardFacts, said: Said) => boolean>
export type GuardName = keyof typeof HOLDS

/** The guards of an event, in the order they are drawn and told. */
export function guardsOf(event: ChangeEvent): readonly GuardName[] {
  return GUARDS[event]
}

/** Which event a move brings about. */
export function eventOf(move: Move): ChangeEvent {
  return typeof move === 'string' ? move : move.event
}

/** Every guard of the move that does not hold on these facts, all at once; none means it may be. */
export function brokenGuards(move: Move, facts: GuardFacts): GuardName[] {
  const said: Said = typeof move === 'string' ? { event: move } : move
  return guardsOf(said.event).filter((guard) => !HOLDS[guard](facts, said))
}

/** The checks of a service's request were looked at on this revision, for this event, and none blocks. Other kinds are checked by their commands alone. */
function checksPass({ kind, checks }: GuardFacts, { event }: Said): boolean {
  if (kind !== 'onboard') return true
  const { looked, blocking } = checks[event === 'start' ? 'start' : 'submit']
  return looked > 0 && blocking.length === 0
}

/** The change, its current revision and the stored plan name the same bytes. */
function planSealed({ planHash, sealedHash, sections }: GuardFacts): boolean {
  return planHash !== null && sealedHash === planHash && hashOfSections(sections) === planHash
}

/** What is new holds its service, its repository and a namespace. */
function namesReserved({ kind, reserved }: GuardFacts): boolean {
  if (kind !== 'onboard') return true
  return ['service', 'repository', 'namespace'].every((scheme) => reserved.includes(scheme))
}

/** Nobody else edited in between: the editor started from the revision before this one. */
function baseRevisionCurrent({ revision }: GuardFacts, { base }: Said): boolean {
  return base === revision - 1
}

/** There are stages, and the people who may still decide can fill all of them, each person one seat. */
function everyStageFillable({ stages, barred }: GuardFacts): boolean {
  const voters = stages.flatMap(({ decisions }) => decisions.flatMap(partiesOf))
  const seats = stages
    .filter(({ state }) => state !== 'satisfied')
    .map((stage) => ({ ...stage, quorum: Math.max(0, stage.quorum - approvalsOf(stage).length) }))
  return stages.length > 0 && unfillableStages(seats, new Set([...barred, ...voters])).length === 0
}

/** The standard that pre-authorises it is in force, and the request is inside all of its bounds. */
function insideStandardBounds({ type, standardId, standards, bounded, now }: GuardFacts): boolean {
  const standard = standards.find(({ id }) => id === standardId)
  if (type !== 'standard' || !standard || !bounded) return false
  return outOfBounds(bounded, standard, now).length === 0
}

/** Whoever has to act on it is told why. */
function commentGiven({ reason }: GuardFacts): boolean {
  return (reason ?? '').trim() !== ''
}

/** The voter had this very plan on the screen. */
function planHashSeen({ planHash }: GuardFacts, { seen }: Said): boolean {
  return planHash !== null && seen === planHash
}

/** Somebody has voted on this revision, and neither they nor whom they signed for asked for it or edited it. */
function notBarred({ stages, barred }: GuardFacts): boolean {
  const voters = stages.flatMap(({ decisions }) => decisions.flatMap(partiesOf))
  return voters.length > 0 && voters.every((voter) => !barred.includes(voter))
}

/** Every stage says that it is satisfied, and its votes, counted anew, say so too. */
function everyStageSatisfied({ stages }: GuardFacts): boolean {
  return isApproved(stages) && stages.every((stage) => stageOutcome(stage) === 'satisfied')
}

/** The plan stands as it was sealed, and the newest run carries it. */
function planHashUnchanged(facts: GuardFacts): boolean {
  return planSealed(facts) && facts.run?.planHash === facts.planHash
}

/** Pre-authorised: a standard still covers it. Otherwise: every stage is satisfied, by people who are not barred and may still approve, and none of it has lapsed. */
function approvalsValid(facts: GuardFacts): boolean {
  const { type, stages, bounded, standards, now } = facts
  if (type === 'standard') return bounded !== null && !!coveringStandard(bounded, standards, now)
  const standing = stages.every((stage) =>
    approvalsOf(stage).every((vote) => !vote.lapsed && hasStanding(vote, stage.eligible)),
  )
  return everyStageSatisfied(facts) && notBarred(facts) && standing
}

/** Exactly one run of the change is live. */
function oneLiveRun({ liveRuns }: GuardFacts): boolean {
  return liveRuns === 1
}

/** Every step of the newest run is over but the last, which closes the change. */
function stepsDone({ run }: GuardFacts): boolean {
  return run !== null && run.steps.length > 0 && run.steps.slice(0, -1).every(isDone)
}

/** The newest run is over without success: its attempts are spent, or somebody cancelled it. */
function attemptsSpentOrCancelled({ run }: GuardFacts): boolean {
  return run?.state === 'failed' || run?.state === 'cancelled'
}

/** Nothing is left to do, or it was given up as unsuccessful and no run is live. */
function everyTargetReadyOrGivenUp(facts: GuardFacts): boolean {
  const { closeCode, run, liveRuns } = facts
  if (closeCode === 'unsuccessful') return liveRuns === 0
  return closeCode !== null && stepsDone(facts) && run?.targetsLeft === 0
}

/** The requester takes it back, or an owner of the tenant; of the platform's own changes, its administrators. */
function requesterOrOwner({ actor, requesterId, roles, inPlatformTenant }: GuardFacts): boolean {
  return actor === requesterId || roles.includes(inPlatformTenant ? 'admin' : 'owner')
}

function approvalsOf({ decisions }: GuardedStage): GuardedVote[] {
  return decisions.filter(({ verdict }) => verdict === 'approve')
}

function isDone(state: string): boolean {
  return state === 'done' || state === 'skipped'
}
