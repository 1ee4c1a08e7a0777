import { firstFit, holderOf } from '#lib/calendar/fit.ts'
import {
  expectedMinutes,
  freezesOver,
  horizonOf,
  isHeld,
  lockFreezes,
} from '#lib/calendar/store.ts'
import { voidFreezeStages, writeHold } from '#lib/changes/held-store.ts'
import type { ChangeRow } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { advanceChange, tell } from '../advance-change.ts'
import { askPassage } from './ask-passage.ts'

type Judging = Pick<Platform, 'queue' | 'settings'>

/**
 * Judges a change that is about to start by the freezes in force: true when one of them holds it, because not all of the run would fit. A change that
 * is held says by what and until when, and comes here again then. No freeze is saved between this and the commit.
 */
export async function isFrozen(
  platform: Judging,
  tx: Transaction,
  change: ChangeRow,
): Promise<boolean> {
  await lockFreezes(tx, 'starting')
  const minutes = await expectedMinutes(tx, change.kind)
  if (await isHeld(tx, { changeId: change.id, minutes })) {
    await hold(platform, tx, { change, minutes })
    return true
  }
  await writeHold(tx, change.id, null)
  await voidFreezeStages(tx, change.id, [])
  return false
}

async function hold(
  platform: Judging,
  tx: Transaction,
  { change, minutes }: { change: ChangeRow; minutes: number },
): Promise<void> {
  const freezes = await freezesOver(tx, change.id)
  const { now, until: horizon } = await horizonOf(tx)
  const length = minutes * 60_000
  const wish = { from: now.getTime(), length, horizon: horizon.getTime() }
  const holder = holderOf(freezes, wish)
  // the last of it ended between the two looks: the next one finds it free
  if (!holder) return again(platform, tx, change, 1)
  const free = firstFit(freezes, wish)
  const until = free === undefined ? null : new Date(free)
  await writeHold(tx, change.id, { by: holder.id, until })
  if (change.state !== 'blocked') {
    await advanceChange(platform, tx, {
      changeId: change.id,
      events: ['block'],
      reason: `held by the freeze ${holder.name}${until ? ` until ${wordsOf(until)}` : ''}`,
      payload: { freeze: holder.id, until: until?.toISOString() ?? null, minutes },
    })
    await tell(platform, tx, {
      change,
      event: 'change.held',
      people: [change.requesterId],
      suffix: `${change.revision}.${holder.id}`,
    })
  }
  await askPassage(platform, tx, { change, freezes, wish })
  if (until) await again(platform, tx, change, (until.getTime() - now.getTime()) / 1000)
}

async function again(
  { queue }: Judging,
  tx: Transaction,
  { id: changeId }: ChangeRow,
  afterSeconds: number,
): Promise<void> {
  const timer = { key: `${changeId}:held`, afterSeconds: Math.max(1, afterSeconds) }
  await queue.enqueue(tx, 'change.start', { changeId }, { ...timer, moves: true })
}

function wordsOf(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
