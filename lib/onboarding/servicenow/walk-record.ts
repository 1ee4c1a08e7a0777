import { AdapterError } from '#lib/adapter-error.ts'
import type { SnowChange, SnowFields, SnowNote } from '#lib/ports/servicenow.ts'
import { holdChange, markPushed, pendingEntries, setOurHold } from '#lib/servicenow/change-store.ts'
import { nextMove, SNOW, type SnowType, WANTED, type Wanted } from '#lib/servicenow/moves.ts'
import { OUR_HOLD, saveReading } from '#lib/servicenow/reading-store.ts'
import { closingOf, type Entry, markerOf, noteText } from '#lib/servicenow/words.ts'
import type { LiveRecord } from './ensure-record.ts'
import { journalOf, readingOf, timed } from './reach-instance.ts'
import { Later, Lost, SCOPE, type Sync } from './sync-context.ts'

/** Most moves that lie between any two states. */
const MOST_MOVES = 6

/** Writes what the journal lacks, sets or lifts our hold, and walks the record to where it shall be, one legal move after another. */
export async function walkRecord(sync: Sync, record: LiveRecord): Promise<void> {
  const { change, line } = sync
  const wanted = WANTED[change.state]?.[line.mode] ?? 'new'
  let { there } = record
  await writeEntries(sync, there)
  for (let moves = 0; moves < MOST_MOVES; moves += 1) {
    const to = nextStep(record.stored.type, there, wanted)
    if (to === null) break
    if (to === undefined) throw new Later(stuckWords(there, wanted), { afterSeconds: 300 })
    there = await move(sync, { record, there, to })
  }
  await setHold(sync, { record, there })
}

/** Where to next; what was rejected or canceled there is not asked for again, that is for our side to answer. */
function nextStep(type: SnowType, there: SnowChange, wanted: Wanted) {
  const refused = there.approval === 'rejected' || there.state === SNOW.canceled
  if (wanted === 'asked' && refused) return null
  return nextMove(type, there.state, wanted)
}

function stuckWords({ number, stateLabel }: SnowChange, wanted: Wanted): string {
  return `${number} was moved to ${stateLabel} there; nothing leads to ${wanted} from it, so it stays as it is`
}

/** Entries that the journal has already, of a try whose answer was lost, are not written again. */
async function writeEntries(sync: Sync, there: SnowChange): Promise<void> {
  const { platform, taken, instance } = sync
  const read = () => platform.db.inContext(SCOPE, (tx) => pendingEntries(tx, taken.changeId))
  const first = await read()
  if (first.length === 0) return
  const journal = await journalOf(
    instance,
    [there.sysId],
    new Date(there.createdAt.getTime() - 60_000),
  )
  for (let pending = first; pending.length > 0; pending = await read())
    for (const entry of pending) await writeEntry(sync, { there, journal, entry })
}

type Writing = { there: SnowChange; journal: readonly SnowNote[]; entry: Entry }

async function writeEntry(sync: Sync, { there, journal, entry }: Writing): Promise<void> {
  const { platform, taken, change, instance } = sync
  const marker = markerOf(change.number, entry.key)
  await hold(sync)
  if (!journal.some(({ text }) => text.trimEnd().endsWith(marker)))
    await instance.update(there.sysId, { work_notes: noteText(change.number, entry) })
  const pushed = await platform.db.inContext(SCOPE, (tx) => markPushed(tx, taken, [entry.key]))
  if (!pushed) throw new Lost()
}

type At = { record: LiveRecord; there: SnowChange }

async function move(sync: Sync, { record, there, to }: At & { to: number }): Promise<SnowChange> {
  const { change, instance } = sync
  const closing = to === SNOW.closed ? closingOf(change.closeCode, change.reason) : {}
  // whoever is on hold cannot be moved on; what others hold, they let go
  const lifting = there.onHold && record.stored.weHold ? { on_hold: 'false' } : {}
  try {
    return await update(sync, record, there, { state: String(to), ...closing, ...lifting })
  } catch (error) {
    if (!(error instanceof AdapterError && error.reason === 'conflict')) throw error
    const allowed = await instance.nextStates(there.sysId)
    throw new Later(
      `${there.number} may not be moved from ${there.stateLabel} to ${to}: ${error.detail}; it allows ${allowed.join(', ')}`,
      { afterSeconds: 60, cause: error },
    )
  }
}

/** While a freeze holds the change, its record is on hold; what others hold there is left to them. */
async function setHold(sync: Sync, { record, there }: At): Promise<void> {
  const { platform, taken, change } = sync
  const { stored } = record
  const holds = change.frozenBy !== null && there.state !== SNOW.new
  if (holds === stored.weHold || (holds && there.onHold)) return
  const active = ![SNOW.closed, SNOW.canceled].includes(there.state as 3)
  if (active)
    await update(
      sync,
      record,
      there,
      holds
        ? { on_hold: 'true', on_hold_reason: `${OUR_HOLD}${change.frozenBy}` }
        : { on_hold: 'false', on_hold_reason: '' },
    )
  await platform.db.inContext(SCOPE, (tx) =>
    setOurHold(tx, { changeId: taken.changeId, round: stored.round }, holds && active),
  )
}

async function update(
  sync: Sync,
  { stored }: LiveRecord,
  there: SnowChange,
  fields: SnowFields,
): Promise<SnowChange> {
  const { platform, taken, instance } = sync
  await hold(sync)
  const { value, age } = await timed(() => instance.update(there.sysId, fields))
  await platform.db.inContext(SCOPE, (tx) =>
    saveReading(tx, { changeId: taken.changeId, round: stored.round }, readingOf(value, age)),
  )
  return value
}

/** Before each call: are we still who holds the change? */
async function hold({ platform, taken, limits }: Sync): Promise<void> {
  const held = await platform.db.inContext(SCOPE, (tx) =>
    holdChange(tx, taken, limits.leaseSeconds),
  )
  if (!held) throw new Lost()
}
