import { record } from '#lib/audit/store.ts'
import { readsAcross } from '#lib/auth/permissions.ts'
import {
  type Mandate,
  type NotAnApprover,
  stageFor,
  stageForAnother,
  type TermsUnmet,
  termsUnmet,
} from '#lib/changes/approver.ts'
import { insertDecision } from '#lib/changes/decision-store.ts'
import { holdMandate, loadBarredNow } from '#lib/changes/mandate-store.ts'
import { movedSections } from '#lib/changes/plan.ts'
import { loadSections } from '#lib/changes/plan-store.ts'
import {
  type ChangeRow,
  loadStages,
  lockChange,
  openNextStages,
  type StageRow,
  setStageState,
  voidOpenStages,
} from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import { isApproved, ofPolicies, partiesOf, stageOutcome } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from './advance-change.ts'
import { askPeople } from './ask-people.ts'
import type { DecideChange } from './decide-change.schema.ts'

export type DecideChangeError =
  | { code: 'change_not_found' }
  | { code: 'plan_moved'; seen: string; current: string; moved: string[] }
  | IllegalTransition
  | NotAnApprover
  | TermsUnmet

export type Decided = { state: string; stage: string }

const EVENT = {
  approve: 'approve',
  reject: 'reject',
  request_changes: 'return_for_changes',
} as const

/** What a way of deciding asks on top of the rules of every vote, and what it adds to the audit event. */
export type MoreTerms<E> = {
  payload: Readonly<Record<string, number>>
  /** Asked with the change locked and the seat chosen, before anything is written. */
  barred(tx: Transaction, stage: StageRow): Promise<E | undefined>
}

/** Approve, reject or ask for changes. The vote, the state it leads to, the audit event and the job that acts on it commit together. */
export function decideChange(
  platform: Platform,
  viewer: Viewer,
  decision: DecideChange,
): Promise<Result<Decided, DecideChangeError>> {
  return decideUnder<never>(platform, viewer, decision, {
    payload: {},
    barred: async () => undefined,
  })
}

/** The same under more terms: every rule of a vote holds, and these. */
export async function decideUnder<E>(
  platform: Platform,
  viewer: Viewer,
  decision: DecideChange,
  more: MoreTerms<E>,
): Promise<Result<Decided, DecideChangeError | E>> {
  const tenantId = await decidingTenant(platform, viewer, decision.changeId)
  if (!tenantId) return err({ code: 'change_not_found' })
  const why = {
    reason: decision.comment || decision.verdict,
    change: decision.changeId,
    tenants: [tenantId],
  }
  try {
    return await platform.transact(viewer, why, (tx) =>
      decide(platform, tx, { viewer, decision, more }),
    )
  } catch (error) {
    if (sqlState(error) === '23505') return err({ code: 'already_decided', stage: '' })
    throw error
  }
}

/** The tenant in which a decision of this person is written: granted by standing in one of the change's stages, own or delegated, or by seeing the change at all. */
export async function decidingTenant(
  platform: Platform,
  viewer: Viewer,
  changeId: string,
): Promise<string | undefined> {
  const rows = await platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) =>
      tx.$queryRaw<{ tenantId: string }[]>`
      select c.tenant_id as "tenantId" from change c where c.id = ${changeId} and (${readsAcross(viewer)} or c.tenant_id = any(${Object.keys(viewer.roles)})
        or exists (select 1 from stage_principal p where p.change_id = c.id and p.principal_id = any(${[...viewer.principals]}) and app.may_fill(${viewer.id}, p.principal_id, c.tenant_id))
        or exists (select 1 from app.mandates(${viewer.id}) m where (m.everywhere or m.tenant_id = c.tenant_id) and app.entitled(${viewer.id}, m.principal_id, c.tenant_id)))`,
  )
  return rows[0]?.tenantId
}

type Voting = { viewer: Viewer; decision: DecideChange }

async function decide<E>(
  platform: Platform,
  tx: Transaction,
  { viewer, decision, more }: Voting & { more: MoreTerms<E> },
): Promise<Result<Decided, DecideChangeError | E>> {
  const change = await lockChange(tx, decision.changeId)
  if (!change?.planHash) return err({ code: 'change_not_found' })
  const stages = await loadStages(tx, change.id, change.revision)
  const illegal = notDecidable(change, stages, EVENT[decision.verdict])
  if (illegal) return err(illegal)
  if (change.planHash !== decision.planHash)
    return err(await planMoved(tx, decision.planHash, change.planHash))
  const barred = await loadBarredNow(tx, change.id)
  const seat = await seatFor(tx, { viewer, decision, change, stages, barred })
  if (!seat.ok) return seat
  const { stage, mandate } = seat.value
  const proven = { ...decision, authTime: viewer.authTime }
  const unmet = termsUnmet(stage, proven, Date.now()) ?? (await more.barred(tx, stage))
  if (unmet) return err(unmet)
  await insertDecision(tx, {
    stageId: stage.id,
    changeId: change.id,
    tenantId: change.tenantId,
    revision: change.revision,
    planHash: change.planHash,
    deciderId: viewer.id,
    verdict: decision.verdict,
    comment: decision.comment || null,
    proof: { authTime: viewer.authTime, acr: viewer.signIn.acr, amr: viewer.signIn.amr },
    behalf: mandate,
  })
  const vote = { viewer, decision, change, stageId: stage.id, barred, mandate, more: more.payload }
  const state = await settleVote(platform, tx, vote)
  return ok({ state, stage: stage.name })
}

/** Votes are for what awaits approval, or is held by a freeze whose people are asked to let it through. */
function notDecidable(
  { state: from }: ChangeRow,
  stages: readonly StageRow[],
  event: (typeof EVENT)[keyof typeof EVENT],
): IllegalTransition | undefined {
  if (from === 'awaiting_approval') return undefined
  if (from === 'blocked' && stages.some(({ state }) => state === 'open')) return undefined
  const legal = transition(from, event)
  return legal.ok ? { code: 'illegal_transition', from, event, legal: [] } : legal.error
}

type Seating = Voting & {
  change: ChangeRow
  stages: readonly StageRow[]
  barred: readonly { personId: string; why: string }[]
}

/** The stage that the vote goes to: by the voter's own standing, or by that of whom they say they sign for; never by another's unsaid. */
async function seatFor(
  tx: Transaction,
  { viewer, decision, change, stages, barred }: Seating,
): Promise<Result<{ stage: StageRow; mandate?: Mandate }, NotAnApprover>> {
  const delegatorId = decision.onBehalfOf
  if (delegatorId === undefined) {
    const own = stageFor(viewer, stages, barred)
    return own.ok ? ok({ stage: own.value }) : own
  }
  const asked = { delegateId: viewer.id, delegatorId, tenantId: change.tenantId }
  const mandate = await holdMandate(tx, asked)
  if (!mandate) return err({ code: 'no_delegation' })
  const theirs = stageForAnother({ id: viewer.id, mandate }, stages, barred)
  return theirs.ok ? ok({ stage: theirs.value, mandate }) : theirs
}

async function planMoved(
  tx: Transaction,
  seen: string,
  current: string,
): Promise<DecideChangeError> {
  const moved = movedSections(await loadSections(tx, seen), await loadSections(tx, current))
  return { code: 'plan_moved', seen, current, moved }
}

type Settling = Voting & {
  change: ChangeRow
  stageId: string
  barred: readonly { personId: string }[]
  mandate?: Mandate | undefined
  /** Goes into the audit event. */
  more: Readonly<Record<string, number>>
}

async function settleVote(platform: Platform, tx: Transaction, vote: Settling): Promise<string> {
  const { viewer, change, decision, stageId } = vote
  const stages = await loadStages(tx, change.id, change.revision)
  const own = stages.find((stage) => stage.id === stageId)
  const outcome = own ? stageOutcome({ ...own, left: leftOf(own, stages, vote.barred) }) : 'open'
  if (outcome !== 'open') await setStageState(tx, stageId, outcome)
  const payload = {
    verdict: decision.verdict,
    stage: own?.name ?? '',
    plan: decision.planHash,
    comment: decision.comment,
    authTime: viewer.authTime || null,
    ...{ acr: viewer.signIn.acr, amr: [...viewer.signIn.amr] },
    as: placesOf(vote, own),
    ...(own?.freezeId && { freeze: own.freezeId }),
    ...vote.more,
    ...(vote.mandate && { for: vote.mandate.delegatorId, delegation: vote.mandate.delegationId }),
  }
  await record(tx, {
    tenant: change.tenantId,
    action: 'change.decided',
    subject: change.id,
    payload,
  })
  if (outcome === 'open') return change.state
  if (own?.freezeId && decision.verdict !== 'request_changes') {
    // let through or not, it stays held until it is judged again
    await platform.queue.enqueue(tx, 'change.start', { changeId: change.id }, { key: change.id })
    return change.state
  }
  if (outcome === 'vetoed') return turnDown(platform, tx, vote)
  const after = ofPolicies(stages).map((stage) => ({
    state: stage.id === stageId ? outcome : stage.state,
  }))
  if (!isApproved(after)) {
    await askNext(platform, tx, vote)
    return change.state
  }
  await platform.queue.enqueue(tx, 'change.start', { changeId: change.id }, { key: change.id })
  await advanceChange(platform, tx, {
    changeId: change.id,
    events: [{ event: 'approve', seen: decision.planHash }],
    reason: 'every stage is satisfied',
  })
  return 'approved'
}

/** The principals of the stage by which somebody votes: their own, or by delegation. */
function placesOf({ viewer, mandate }: Settling, stage: StageRow | undefined): string[] {
  const { principals } = mandate ?? viewer
  return (stage?.principals ?? []).filter((principal) => principals.includes(principal))
}

/** People of the stage who are neither barred nor have voted on the change. */
function leftOf(
  { eligible }: StageRow,
  stages: readonly StageRow[],
  barred: readonly { personId: string }[],
): number {
  const gone = new Set([
    ...barred.map(({ personId }) => personId),
    ...stages.flatMap(({ decisions }) => decisions.flatMap(partiesOf)),
  ])
  return eligible.filter((person) => !gone.has(person)).length
}

async function turnDown(
  platform: Platform,
  tx: Transaction,
  { change, decision }: Settling,
): Promise<string> {
  const returned = decision.verdict === 'request_changes'
  await voidOpenStages(tx, change.id)
  await advanceChange(platform, tx, {
    changeId: change.id,
    events: [returned ? 'return_for_changes' : { event: 'reject', seen: decision.planHash }],
    reason: decision.comment,
  })
  return returned ? 'changes_requested' : 'rejected'
}

async function askNext(
  platform: Platform,
  tx: Transaction,
  { change, barred }: Settling,
): Promise<void> {
  const stages = await openNextStages(tx, change)
  if (stages.length === 0) return
  const people = barred.map(({ personId }) => personId)
  await askPeople(platform, tx, { changeId: change.id, barred: people, stages })
}
