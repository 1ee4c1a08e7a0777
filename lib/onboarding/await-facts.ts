import { writeWait } from '#lib/changes/held-store.ts'
import type { ChangeRow } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type CheckResult, isBlocking } from '#lib/entitlements/check-result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { recordScheduled, tell } from './advance-change.ts'

/** Seconds until it is looked at again. */
const LOOK_AGAIN = 30

const UNREAD = ['fact_unknown', 'fact_stale']

/**
 * Why a change cannot be judged now, in words: everything that stands in its way is a fact that could not be read, so nothing is known against it.
 * Undefined where nothing stands in its way, or where something that is known does.
 */
export function unreadOf(checks: readonly CheckResult[]): string | undefined {
  const blocking = checks.filter(isBlocking)
  const unread = blocking.filter(
    ({ outcome, reasonCode }) => outcome === 'error' && UNREAD.includes(reasonCode),
  )
  if (blocking.length === 0 || unread.length < blocking.length) return undefined
  return [...new Set(unread.map(({ title, finding }) => `${title}: ${finding}`))]
    .join('. ')
    .slice(0, 900)
}

/** Keeps a scheduled change where it is until what was not read can be: its page says so, its requester is told once, and it is looked at again by itself. */
export async function awaitFacts(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  change: ChangeRow,
  why: string,
): Promise<void> {
  await writeWait(tx, change.id, why)
  if (change.state === 'approved') await recordScheduled(tx, change, 'it waits for facts')
  await tell(platform, tx, {
    change,
    event: 'change.unread',
    people: [change.requesterId],
    suffix: String(change.revision),
  })
  const timer = { key: `${change.id}:unread`, afterSeconds: LOOK_AGAIN }
  await platform.queue.enqueue(
    tx,
    'change.start',
    { changeId: change.id },
    { ...timer, moves: true },
  )
}
