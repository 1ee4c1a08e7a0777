import { expectedMinutes } from '#lib/calendar/store.ts'
import { windowNow } from '#lib/changes/held-store.ts'
import { type ChangeRow, voidOpenStages } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { advanceChange, recordScheduled } from '../advance-change.ts'

/** Judges a change that is about to start by its own window: true when it waits for the window, or ends because too little of the window is left for its run. */
export async function isOutsideWindow(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  change: ChangeRow,
): Promise<boolean> {
  const { id: changeId, kind } = change
  const window = await windowNow(tx, changeId)
  if (window.secondsUntil > 0) {
    const timer = { key: `${changeId}:window`, afterSeconds: window.secondsUntil }
    await platform.queue.enqueue(tx, 'change.start', { changeId }, { ...timer, moves: true })
    if (change.state === 'approved') await recordScheduled(tx, change, 'it waits for its window')
    return true
  }
  if (window.secondsLeft === null) return false
  if (window.secondsLeft >= (await expectedMinutes(tx, kind)) * 60) return false
  await voidOpenStages(tx, changeId)
  await advanceChange(platform, tx, {
    changeId,
    events: ['expire'],
    reason: 'too little of its window was left for its run',
    notice: 'change.window_missed',
  })
  return true
}
