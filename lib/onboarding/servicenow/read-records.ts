import { record } from '#lib/audit/store.ts'
import type { ServiceNow, SnowApproval, SnowChange, SnowNote } from '#lib/ports/servicenow.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import {
  lineFails,
  lineWorks,
  notesSince,
  type OpenLine,
  openLine,
} from '#lib/servicenow/line-store.ts'
import { SNOW } from '#lib/servicenow/moves.ts'
import {
  insertNotes,
  markGone,
  type OpenRecord,
  openRecords,
  saveReading,
} from '#lib/servicenow/reading-store.ts'
import { isOurs } from '#lib/servicenow/words.ts'
import { journalOf, reachInstance, readingOf, waitAfter, wordsOf } from './reach-instance.ts'
import { SCOPE } from './sync-context.ts'

const AT_ONCE = 50
/** States of our change in which what ServiceNow says decides whether it starts. */
const WAITING: readonly string[] = ['approved', 'scheduled', 'blocked']

/** Reads what ServiceNow says of a tenant's records, and what was written there; whoever waits for it looks again. */
export async function readRecords(platform: WorkerPlatform, tenantId: string): Promise<void> {
  const { db, log } = platform
  const line = await db.inContext(SCOPE, (tx) => openLine(tx, tenantId))
  if (!line || line.mode === 'off') return
  try {
    const instance = reachInstance(platform, line)
    const { records, since } = await db.inContext(SCOPE, async (tx) => ({
      records: await openRecords(tx, tenantId),
      since: await notesSince(tx, tenantId),
    }))
    let notesUntil: Date | null = null
    for (let from = 0; from < records.length; from += AT_ONCE) {
      const until = await readSome(
        { platform, line, instance },
        records.slice(from, from + AT_ONCE),
        since,
      )
      if (until && (!notesUntil || until > notesUntil)) notesUntil = until
    }
    await db.inContext(SCOPE, (tx) => lineWorks(tx, tenantId, { notesUntil }))
  } catch (error) {
    const afterSeconds = waitAfter(line.failures, error)
    const said = wordsOf(error)
    const isNew = await db.inContext(SCOPE, (tx) => lineFails(tx, tenantId, { said, afterSeconds }))
    if (isNew) log.warn({ tenant: tenantId, error }, 'ServiceNow does not answer')
  }
}

type Reading = { platform: WorkerPlatform; line: OpenLine; instance: ServiceNow }

async function readSome(
  { platform, line, instance }: Reading,
  records: readonly OpenRecord[],
  since: Date,
): Promise<Date | null> {
  const ids = records.map(({ sysId }) => sysId)
  const begun = performance.now()
  const changes = await instance.read(ids)
  const answered = records.filter((stored) => {
    const approval = changes.find(({ sysId }) => sysId === stored.sysId)?.approval
    return (
      approval !== undefined &&
      approval !== stored.approval &&
      ['approved', 'rejected'].includes(approval)
    )
  })
  const approvals = await instance.approvals(answered.map(({ sysId }) => sysId))
  const journal = await journalOf(instance, ids, since)
  const notes = journal.filter(({ text }) => !isOurs(text))
  await platform.db.inContext({ ...SCOPE, tenants: [line.tenantId] }, async (tx) => {
    await insertNotes(
      tx,
      line.tenantId,
      notes.flatMap((note) => noteOf(records, note)),
    )
    const told: [OpenRecord, SnowChange][] = []
    for (const stored of records) {
      const there = changes.find(({ sysId }) => sysId === stored.sysId)
      if (!there) {
        await markGone(tx, stored)
        continue
      }
      // from the asking to now: what came between made it no younger
      const age = (performance.now() - begun) / 1000
      const reading = readingOf(there, age, answerTo(there, answered, approvals))
      const differs = await saveReading(tx, stored, reading)
      if (differs) told.push([stored, there])
      const { changeId } = stored
      if (line.mode === 'gate' && WAITING.includes(stored.state) && (differs || isDecided(there)))
        await platform.queue.enqueue(tx, 'change.start', { changeId }, { key: changeId })
    }
    // last: the chain's head stays locked to the commit
    for (const [stored, there] of told) await tell(tx, line, stored, there)
  })
  return journal.reduce<Date | null>(
    (latest, { at }) => (latest && latest > at ? latest : at),
    null,
  )
}

/** Whoever waits for it can go on, or goes back. */
function isDecided({ approval, state }: SnowChange): boolean {
  return ['approved', 'rejected'].includes(approval) || state === SNOW.canceled
}

async function tell(
  tx: Parameters<typeof record>[0],
  { tenantId }: OpenLine,
  { changeId, number }: OpenRecord,
  there: SnowChange,
): Promise<void> {
  await record(tx, {
    tenant: tenantId,
    action: 'servicenow.read',
    subject: changeId,
    payload: {
      number,
      servicenow: there.number,
      sysId: there.sysId,
      state: there.stateLabel,
      approval: there.approval,
      onHold: there.onHold,
    },
  })
}

/** Who answered there as the record says that they did, the first first, and what they said. */
function answerTo(
  there: SnowChange,
  answered: readonly OpenRecord[],
  approvals: readonly SnowApproval[],
): { by: string; said: string } | undefined {
  if (!answered.some(({ sysId }) => sysId === there.sysId)) return undefined
  const answers = approvals
    .filter(({ of, state }) => of === there.sysId && state === there.approval)
    .toReversed()
  const joined = (parts: readonly string[]) => [...new Set(parts.filter(Boolean))].join('; ')
  return {
    by: joined(answers.map(({ by }) => by)).slice(0, 300),
    said: joined(answers.map(({ comments }) => comments)).slice(0, 500),
  }
}

function noteOf(records: readonly OpenRecord[], { id, of, kind, by, text, at }: SnowNote) {
  const changeId = records.find(({ sysId }) => sysId === of)?.changeId
  return changeId === undefined ? [] : [{ id, changeId, kind, author: by, body: text, at }]
}
