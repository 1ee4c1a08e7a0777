import { AdapterError } from '#lib/adapter-error.ts'
import { record as recordEvent } from '#lib/audit/store.ts'
import type { NewSnowChange, SnowChange } from '#lib/ports/servicenow.ts'
import {
  claimAsking,
  forgetAsking,
  insertRecord,
  nextRound,
  readRecord,
  rebindRecord,
  type StoredRecord,
} from '#lib/servicenow/change-store.ts'
import { mustReplace, SNOW, typeFor, WANTED } from '#lib/servicenow/moves.ts'
import { markGone, saveReading } from '#lib/servicenow/reading-store.ts'
import { correlationOf, fieldsOf, markerOf } from '#lib/servicenow/words.ts'
import { readingOf, timed } from './reach-instance.ts'
import { Later, Lost, SCOPE, type Sync } from './sync-context.ts'

export type LiveRecord = { stored: StoredRecord; there: SnowChange }

/** The record that stands for the change as it is now: found there, made where there is none, or made anew where the one before it cannot serve any more. */
export async function ensureRecord(sync: Sync): Promise<LiveRecord> {
  const { taken, change, line } = sync
  const wanted = WANTED[change.state]?.[line.mode] ?? 'new'
  const type = typeFor(line.mode, change.type)
  for (let { round } = taken; ; round += 1) {
    const stored = await storedRecord(sync, round)
    const there = stored.instance === line.instance ? await foundOrMade(sync, stored) : undefined
    if (!there) {
      await leave(sync, stored)
      continue
    }
    const { state, approval } = there
    if (!mustReplace({ ...stored, state, approval }, { revision: change.revision, type, wanted })) {
      if (isBehind(stored, change)) await rebind(sync, stored, there)
      return { stored, there }
    }
    await replace(sync, stored, there)
  }
}

async function storedRecord(
  { platform, taken, change, line }: Sync,
  round: number,
): Promise<StoredRecord> {
  const { changeId } = taken
  return platform.db.inContext(SCOPE, async (tx) => {
    await insertRecord(
      tx,
      { changeId, round },
      {
        mode: line.mode,
        type: typeFor(line.mode, change.type),
        instance: line.instance,
        correlationId: correlationOf(change.number, changeId, round),
      },
    )
    const stored = await readRecord(tx, changeId, round)
    if (!stored) throw new Error(`no record of ${changeId} in round ${round}`)
    return stored
  })
}

/** Undefined where another one may stand for it: it was deleted there and the change was edited since, or it was never made and is of another type than is wanted now. */
async function foundOrMade(sync: Sync, stored: StoredRecord): Promise<SnowChange | undefined> {
  const { instance } = sync
  const { sysId } = stored
  if (sysId !== null) {
    const { value, age } = await timed(() => instance.read([sysId]))
    const [there] = value
    if (there) return seen(sync, stored, there, age)
    return gone(sync, stored)
  }
  const { value: found, age } = await timed(() => instance.find(stored.correlationId))
  const [first, ...doubles] = found
  if (!first) return make(sync, stored)
  if (!stored.asked || first.type !== stored.type) return foreign(sync, stored, first)
  for (const double of doubles) await cancelDouble(sync, first, double)
  return seen(sync, stored, first, age)
}

/** Whoever guessed a correlation id of ours made a record of their own: it stands for nothing, and the next round asks for another. */
function foreign({ platform, change }: Sync, stored: StoredRecord, there: SnowChange): undefined {
  platform.log.error(
    { change: change.number, servicenow: there.number, correlation: stored.correlationId },
    'a record that Stairway did not ask for bears its correlation id; it is left to itself',
  )
}

/** Makes the record. That it is asked for is written down first: whoever comes after a lost answer or a dead worker waits until it must have come about, or cannot any more. */
async function make(sync: Sync, stored: StoredRecord): Promise<SnowChange | undefined> {
  const { platform, taken, change, line, instance, limits } = sync
  const { round, correlationId } = stored
  const { settleSeconds } = limits
  const may = await platform.db.inContext(SCOPE, (tx) =>
    claimAsking(tx, taken, { round, settleSeconds }),
  )
  if (!may) throw new Later(null, { afterSeconds: Math.min(settleSeconds, 15) })
  if (stored.type !== typeFor(line.mode, change.type)) return undefined
  const asked = newChange(sync, stored)
  try {
    const { value: there, age } = await timed(() => instance.create({ ...asked, correlationId }))
    return await seen(sync, stored, there, age)
  } catch (error) {
    if (error instanceof AdapterError && REFUSED.includes(error.reason))
      await platform.db.inContext(SCOPE, (tx) => forgetAsking(tx, taken, round))
    throw error
  }
}

/** Answers to a creation after which nothing can have been made. */
const REFUSED: readonly string[] = [
  'unauthorised',
  'forbidden',
  'invalid',
  'not_found',
  'rate_limited',
  'not_allowed',
]

type Made = { type: 'normal' | 'emergency' } | { type: 'standard'; template: string }

function newChange(
  { change, line, platform }: Sync,
  { type }: StoredRecord,
): Omit<NewSnowChange, 'correlationId'> & Made {
  const { number, justification } = change
  const fields = {
    ...fieldsOf({
      ...change,
      reason: justification,
      link: `${platform.settings.publicUrl}/changes/${number}`,
    }),
    assignment_group: line.group,
  }
  if (type !== 'standard') return { type, fields }
  if (line.template === null)
    throw new Later('the setting names no template for standard changes', { afterSeconds: 300 })
  return { type, template: line.template, fields }
}

/** Stores what was read of a record; the first time that is in the audit. */
async function seen(
  { platform, taken, change }: Sync,
  stored: StoredRecord,
  there: SnowChange,
  age: number,
): Promise<SnowChange> {
  const { changeId, tenantId } = taken
  await platform.db.inContext(SCOPE, async (tx) => {
    const { round, sysId, mode } = stored
    await saveReading(tx, { changeId, round }, readingOf(there, age))
    if (sysId !== null) return
    await recordEvent(tx, {
      tenant: tenantId,
      action: 'servicenow.recorded',
      subject: changeId,
      payload: {
        number: change.number,
        servicenow: there.number,
        sysId: there.sysId,
        type: there.type,
        mode,
        revision: stored.revision,
      },
    })
  })
  return there
}

/** Not made again by itself: whoever cannot read it any more sees the same as when it was deleted. */
async function gone(
  { platform, taken, change }: Sync,
  { round, number, revision }: StoredRecord,
): Promise<undefined> {
  await platform.db.inContext(SCOPE, (tx) => markGone(tx, { changeId: taken.changeId, round }))
  if (revision !== change.revision) return undefined
  throw new Later(
    `${number} is not there any more, or may not be read; ServiceNow’s administrators know which. Once the change is edited here, another one is made`,
    { afterSeconds: 300 },
  )
}

/** One correlation id, two records: no answer of ours can have brought the second about in time, so it is told and ended. */
async function cancelDouble(
  { instance, change, platform }: Sync,
  first: SnowChange,
  double: SnowChange,
): Promise<void> {
  if (double.state === SNOW.canceled || double.state === SNOW.closed) return
  platform.log.error(
    { change: change.number, kept: first.number, double: double.number },
    'ServiceNow holds a change twice',
  )
  await instance.update(double.sysId, {
    state: String(SNOW.canceled),
    work_notes: `A double of ${first.number}, which stands for the same change.\n${markerOf(change.number, 'round double')}`,
  })
}

/** A record in an instance that is not the tenant's any more, or that is not there any more, is left to itself. */
async function leave({ platform, taken }: Sync, { round }: StoredRecord): Promise<void> {
  if (!(await platform.db.inContext(SCOPE, (tx) => nextRound(tx, taken, round)))) throw new Lost()
}

function isBehind(stored: StoredRecord, { revision, planHash }: Sync['change']): boolean {
  return stored.revision !== revision || stored.planHash !== planHash
}

/** Nobody was asked about it yet: it is told what the change is now. */
async function rebind(
  { platform, taken, change, instance }: Sync,
  { round, type }: StoredRecord,
  there: SnowChange,
): Promise<void> {
  if (type !== 'standard' && there.state !== SNOW.new) return
  const link = `${platform.settings.publicUrl}/changes/${change.number}`
  await instance.update(there.sysId, fieldsOf({ ...change, reason: change.justification, link }))
  const { revision, planHash } = change
  await platform.db.inContext(SCOPE, (tx) => rebindRecord(tx, taken, { round, revision, planHash }))
}

/** Ends a record that cannot serve any more; the next round makes another. */
async function replace(sync: Sync, stored: StoredRecord, there: SnowChange): Promise<void> {
  const { platform, taken, change, instance } = sync
  const { round } = stored
  if (there.state !== SNOW.canceled && there.state !== SNOW.closed) {
    const { value, age } = await timed(() =>
      instance.update(there.sysId, {
        state: String(SNOW.canceled),
        work_notes: `CHG-${change.number} was edited; another change stands for what it is now.\n${markerOf(change.number, `round ${round}`)}`,
      }),
    )
    await platform.db.inContext(SCOPE, (tx) =>
      saveReading(tx, { changeId: taken.changeId, round }, readingOf(value, age)),
    )
  }
  await leave(sync, stored)
}
