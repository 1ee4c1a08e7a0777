import type { AuditAction } from '#lib/audit/event.ts'
import { record } from '#lib/audit/store.ts'
import { brokenGuards, eventOf, type Move } from '#lib/changes/guards.ts'
import { type ChangeRow, lockChange, moveChange } from '#lib/changes/store.ts'
import { type ChangeEvent, transition } from '#lib/changes/transitions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import type { NoticeEvent } from '#lib/notices/notice.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { readGuardFacts } from './guard-facts.ts'
import { release } from './reservations.ts'

const ACTION: Partial<Record<ChangeEvent, AuditAction>> = {
  submit: 'change.submitted',
  preauthorise: 'change.preauthorised',
  return_for_changes: 'change.returned',
  approve: 'change.approved',
  reject: 'change.rejected',
  edit: 'change.edited',
  block: 'change.held',
  unblock: 'change.released',
  start: 'change.started',
  verify: 'change.verified',
  fail: 'change.failed',
  retry: 'change.retried',
  ask_review: 'change.review_asked',
  miss_review: 'change.review_overdue',
  close: 'change.closed',
  withdraw: 'change.withdrawn',
  expire: 'change.expired',
}

const NOTICE: Partial<Record<ChangeEvent, NoticeEvent>> = {
  return_for_changes: 'change.changes_requested',
  approve: 'change.approved',
  reject: 'change.rejected',
  fail: 'change.failed',
  ask_review: 'change.ready',
  close: 'change.ready',
  expire: 'change.expired',
}

/** States that end a change: the names it held are free again. */
const ENDED: readonly string[] = ['closed', 'rejected', 'cancelled', 'expired']

export type Advance = {
  changeId: string
  events: readonly Move[]
  reason: string | null
  payload?: Record<string, unknown>
  /** What the requester is told, where it is not what the event says by itself. */
  notice?: NoticeEvent
}

/**
 * Moves a change through events, each one legal and with every guard holding on the rows as they are now, or the whole is a bug (throws): state, transition row, notice to the requester and one audit
 * event each, in the caller's transaction; an end frees the names it held. Callers that may meet an illegal event or a broken guard ask first.
 */
export async function advanceChange(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { changeId, events: moves, reason, payload, notice: told }: Advance,
): Promise<void> {
  const change = await lockChange(tx, changeId)
  if (!change) throw new Error(`no change ${changeId}`)
  const events = moves.map(eventOf)
  const facts = await readGuardFacts(tx, change, { events, reason })
  const broken = moves.flatMap((move) =>
    brokenGuards(move, facts).map((guard) => `${eventOf(move)}: ${guard}`),
  )
  if (broken.length > 0) throw new BrokenGuard(changeId, broken)
  let state = change.state
  for (const event of events) {
    const next = transition(state, event)
    if (!next.ok) throw new Error(`change ${changeId}: ${event} is illegal in ${state}`)
    await moveChange(tx, { ...change, state }, next.value, reason)
    state = next.value
    if (ENDED.includes(state)) await release(tx, changeId)
    const notice = told ?? NOTICE[event]
    if (notice)
      await tell(platform, tx, {
        change,
        event: notice,
        people: [change.requesterId],
        suffix: `${change.revision}.${change.version}`,
      })
  }
  for (const event of events) {
    const action = ACTION[event]
    if (action)
      await record(tx, {
        tenant: change.tenantId,
        action,
        subject: changeId,
        payload: {
          ...payload,
          number: change.number,
          revision: change.revision,
          plan: change.planHash,
          reason,
        },
      })
  }
}

/** Records that a change was scheduled, where it rests there: one that starts in the same transaction is told by its start. */
export function recordScheduled(
  tx: Transaction,
  { id, number, tenantId, revision, planHash }: ChangeRow,
  reason: string,
): Promise<unknown> {
  return record(tx, {
    tenant: tenantId,
    action: 'change.scheduled',
    subject: id,
    payload: { number, revision, plan: planHash, reason },
  })
}

/** A command brought about what its own checks should have refused: nothing of it is kept. */
export class BrokenGuard extends Error {
  constructor(changeId: string, broken: readonly string[]) {
    super(`change ${changeId} may not move: ${broken.join(', ')}`)
  }
}

type Telling = {
  change: Pick<ChangeRow, 'id' | 'number' | 'tenantId' | 'title'>
  event: NoticeEvent
  people: readonly string[]
  suffix: string
  /** What on the change's page it is about, where that is not the whole. */
  anchor?: string
  /** Who did it, where the words name them. */
  by?: string
}

/** Leaves a notice and a mail for each person, once per occasion, and the jobs that send the mails. */
export async function tell(
  { queue, settings }: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { change, event, people, suffix, anchor, by }: Telling,
): Promise<void> {
  const path = `/changes/${change.number}${anchor ? `#${anchor}` : ''}`
  const { subject, text, chat } = noticeWords(event, {
    id: change.id,
    number: change.number,
    title: change.title,
    link: `${settings.publicUrl}${path}`,
    by,
  })
  const deliveries = await insertNotices(
    tx,
    {
      tenantId: change.tenantId,
      changeId: change.id,
      event: `${event}.${suffix}`,
      title: subject,
      text,
      link: path,
      chat,
    },
    people,
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
