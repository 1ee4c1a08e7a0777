import { occurrencesIn } from '#lib/calendar/recurrence.ts'
import { horizonOf, lockFreezes, shortFreezes, writeOccurrences } from '#lib/calendar/store.ts'
import { heldChanges } from '#lib/changes/held-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { pickRecurrence } from './save-freeze.ts'

/** A freeze is written down anew when less than this is left of the horizon. */
const SLACK_MS = 30 * 86_400_000

/** Writes the occurrences of freezes on, so that 17 to 18 months of them are always there. Safe to repeat, and to do twice at once. */
export async function extendFreezes(platform: WorkerPlatform): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'the horizon moved on' }
  await platform.db.inContext(scope, async (tx) => {
    const { now, until } = await horizonOf(tx)
    const short = new Date(until.getTime() - SLACK_MS)
    if ((await shortFreezes(tx, short)).length === 0) return
    await lockFreezes(tx, 'saving')
    const freezes = await shortFreezes(tx, short)
    for (const freeze of freezes) {
      const occurrences = occurrencesIn(pickRecurrence(freeze), now, until)
      await writeOccurrences(tx, { id: freeze.id, from: now, expandedTo: until }, occurrences)
    }
    for (const changeId of freezes.length > 0 ? await heldChanges(tx) : [])
      await platform.queue.enqueue(tx, 'change.start', { changeId }, { key: changeId })
  })
}
