import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

/** States of a change. The database holds the same words. */
export const CHANGE_STATES = [
  'draft',
  'assessing',
  'changes_requested',
  'awaiting_approval',
  'approved',
  'scheduled',
  'blocked',
  'executing',
  'verifying',
  'failed',
  'review_due',
  'overdue',
  'closed',
  'rejected',
  'cancelled',
  'expired',
] as const
export type ChangeState = (typeof CHANGE_STATES)[number]

/** What may happen to a change. */
export type ChangeEvent =
  | 'submit'
  | 'ask_approval'
  | 'preauthorise'
  | 'return_for_changes'
  | 'approve'
  | 'reject'
  | 'edit'
  | 'schedule'
  | 'block'
  | 'unblock'
  | 'start'
  | 'verify'
  | 'fail'
  | 'retry'
  | 'ask_review'
  | 'miss_review'
  | 'close'
  | 'withdraw'
  | 'expire'

/**
 * The whole life of a change. Whatever is absent is illegal.
 * `approve` is the last vote that was missing; earlier votes change no state. `retry` keeps the approved plan; another plan needs `edit`.
 * An emergency change is closed by its review only.
 */
export const TRANSITIONS: Record<ChangeState, Partial<Record<ChangeEvent, ChangeState>>> = {
  draft: { submit: 'assessing', withdraw: 'cancelled' },
  assessing: {
    ask_approval: 'awaiting_approval',
    preauthorise: 'approved',
    return_for_changes: 'changes_requested',
  },
  changes_requested: { edit: 'assessing', withdraw: 'cancelled' },
  awaiting_approval: {
    approve: 'approved',
    reject: 'rejected',
    return_for_changes: 'changes_requested',
    edit: 'assessing',
    withdraw: 'cancelled',
    expire: 'expired',
  },
  approved: { schedule: 'scheduled', edit: 'assessing', withdraw: 'cancelled', expire: 'expired' },
  scheduled: {
    start: 'executing',
    block: 'blocked',
    edit: 'assessing',
    return_for_changes: 'changes_requested',
    withdraw: 'cancelled',
    expire: 'expired',
  },
  blocked: {
    unblock: 'scheduled',
    edit: 'assessing',
    return_for_changes: 'changes_requested',
    withdraw: 'cancelled',
    expire: 'expired',
  },
  executing: { verify: 'verifying', fail: 'failed' },
  verifying: { close: 'closed', ask_review: 'review_due', fail: 'failed' },
  failed: { retry: 'executing', close: 'closed', ask_review: 'review_due' },
  review_due: { close: 'closed', miss_review: 'overdue' },
  overdue: { close: 'closed' },
  closed: {},
  rejected: {},
  cancelled: {},
  expired: {},
}

export type IllegalTransition = {
  code: 'illegal_transition'
  from: string
  event: ChangeEvent
  legal: ChangeEvent[]
}

/** The state that follows, or why none does. */
export function transition(
  from: string,
  event: ChangeEvent,
): Result<ChangeState, IllegalTransition> {
  const row = TRANSITIONS[from as ChangeState] ?? {}
  const to = row[event]
  return to
    ? ok(to)
    : err({ code: 'illegal_transition', from, event, legal: Object.keys(row) as ChangeEvent[] })
}

/** Is the change over for good? */
export function isTerminal(state: string): boolean {
  return Object.keys(TRANSITIONS[state as ChangeState] ?? {}).length === 0
}

/** Every legal pair of states, sorted: what the database's `legal_transition` holds. */
export function legalPairs(): [from: ChangeState, to: ChangeState][] {
  const pairs = CHANGE_STATES.flatMap((from) =>
    Object.values(TRANSITIONS[from]).map((to) => `${from} ${to}`),
  )
  return [...new Set(pairs)].sort().map((pair) => pair.split(' ') as [ChangeState, ChangeState])
}
