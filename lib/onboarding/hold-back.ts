import { expectedMinutes } from '#lib/calendar/store.ts'
import { passagesOf } from '#lib/changes/held-store.ts'
import { type ChangeRow, voidOpenStages } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { GateVerdict } from '#lib/servicenow/gate.ts'
import { readVerdict } from '#lib/servicenow/reading-store.ts'
import { advanceChange, tell } from './advance-change.ts'
import { isFrozen } from './freezes/hold-change.ts'

type Judging = Pick<Platform, 'queue' | 'settings'>

/**
 * Judges a change that is about to start by what others hold against it: the freezes in force, and ServiceNow where it must approve too. True when it is held, or was
 * sent back because it was refused there; one that nothing holds any more is scheduled again.
 */
export async function isHeldBack(
  platform: Judging,
  tx: Transaction,
  change: ChangeRow,
): Promise<boolean> {
  const gate = await readVerdict(tx, change)
  if (gate && !gate.open && gate.refused) {
    await sendBack(platform, tx, change, gate.why)
    return true
  }
  if (await isFrozen(platform, tx, change)) return true
  if (gate && !gate.open) {
    await holdForServiceNow(platform, tx, change, gate)
    return true
  }
  if (change.state === 'blocked') await letGo(platform, tx, change, gate)
  return false
}

/** Schedules what nothing holds any more, and says who let it through. */
async function letGo(
  platform: Judging,
  tx: Transaction,
  { id: changeId, kind }: ChangeRow,
  gate: Extract<GateVerdict, { open: true }> | null,
): Promise<void> {
  const passages = await passagesOf(tx, { changeId, minutes: await expectedMinutes(tx, kind) })
  const names = passages.map(({ name }) => name).join(', ')
  const through = names ? `let through the freeze ${names}` : undefined
  await advanceChange(platform, tx, {
    changeId,
    events: ['unblock'],
    reason: gate
      ? `approved in ServiceNow, ${gate.number} is ${gate.stateLabel}; ${through ?? 'nothing holds it any more'}`
      : (through ?? 'no freeze holds it any more'),
    payload: {
      ...(gate ? { servicenow: gate.number, readSecondsAgo: gate.age } : {}),
      ...(names ? { passages: passages.map(({ freeze, stage }) => ({ freeze, stage })) } : {}),
    },
  })
}

async function sendBack(
  platform: Judging,
  tx: Transaction,
  { id: changeId }: ChangeRow,
  reason: string,
): Promise<void> {
  await voidOpenStages(tx, changeId)
  await advanceChange(platform, tx, { changeId, events: ['return_for_changes'], reason })
}

async function holdForServiceNow(
  platform: Judging,
  tx: Transaction,
  change: ChangeRow,
  { why }: Exclude<GateVerdict, { open: true }>,
): Promise<void> {
  if (change.state === 'blocked') return
  await advanceChange(platform, tx, {
    changeId: change.id,
    events: ['block'],
    reason: why,
    payload: { servicenow: why },
  })
  await tell(platform, tx, {
    change,
    event: 'change.waits',
    people: [change.requesterId],
    suffix: `${change.revision}.servicenow`,
  })
}
