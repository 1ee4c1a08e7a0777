import {
  acknowledge,
  type Cursor,
  type Held,
  holdDestination,
  letGo,
  type OpenDestination,
  openCursors,
  type Stop,
  sendAgain,
  stopChain,
  takeDestination,
} from '#lib/audit/export-store.ts'
import { record } from '#lib/audit/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { AuditReceiver, Receipt } from '#lib/ports/audit-receiver.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { nextBatch, type PreparedBatch } from './next-batch.ts'
import { reachReceiver } from './reach-receiver.ts'

const SCOPE = { actor: 'sys:worker', tenants: [], reason: 'audit export' }

export type ExportLimits = {
  /** Most events and bytes in one batch. */
  events: number
  bytes: number
  /** For how long a destination is held without a sign of life; longer than one batch may take. */
  leaseSeconds: number
  /** After this a job ends, and the next goes on. */
  workMs: number
}
const LIMITS: ExportLimits = { events: 500, bytes: 1_000_000, leaseSeconds: 25, workMs: 30_000 }

/** Seconds between tries: 2, 4, 8 … at most 5 minutes, unless the receiver names its own. */
const LONGEST_WAIT = 300

/**
 * Sends one destination what it has not acknowledged, chain by chain in the order of numbers, a batch of each in turn, until nothing is left. A cursor moves only
 * after the acknowledgement, and only by the newest fence: at least once, never a gap. A chain that is broken, or an event that the receiver refuses, stops that
 * chain there; nothing is skipped.
 */
export async function exportChains(
  platform: WorkerPlatform,
  destinationId: string,
  limits: ExportLimits = LIMITS,
): Promise<void> {
  const destination = await platform.db.inContext(SCOPE, (tx) =>
    takeDestination(tx, destinationId, limits.leaseSeconds),
  )
  if (!destination) return
  const exporter: Exporter = { platform, destination, limits, sizes: new Map(), delivered: false }
  const ended = await exportAll(exporter)
  if (ended === 'lost') return
  await platform.db.inContext(SCOPE, async (tx) => {
    if (ended === 'more')
      await platform.queue.enqueue(tx, 'audit.export', { destinationId }, { key: destinationId })
    await letGo(
      tx,
      destination,
      typeof ended === 'string' ? { delivered: exporter.delivered } : ended,
    )
  })
}

type Exporter = {
  platform: WorkerPlatform
  destination: OpenDestination
  limits: ExportLimits
  /** How many events a batch of a chain may hold; halved by a refusal, doubled by an acknowledgement. */
  sizes: Map<string, number>
  /** Whether anything was acknowledged in this job. */
  delivered: boolean
}
type Trouble = { said: string; afterSeconds: number }
/** `lost`: another exporter holds it, or it was paused. */
type Ended = 'done' | 'more' | 'lost' | Trouble

async function exportAll(exporter: Exporter): Promise<Ended> {
  const { platform, destination, limits } = exporter
  const until = Date.now() + limits.workMs
  let receiver: AuditReceiver
  try {
    receiver = reachReceiver(platform, destination)
  } catch (error) {
    return troubleOf(destination, error instanceof Error ? error.message : String(error), null)
  }
  for (;;) {
    const cursors = await platform.db.inContext(SCOPE, (tx) => openCursors(tx, destination.id))
    let moved = false
    for (const cursor of cursors) {
      const step = await exportBatch(exporter, receiver, cursor)
      if (step === 'lost' || typeof step === 'object') return step
      moved ||= step !== 'none'
      exporter.delivered ||= step === 'moved'
      // a slow receiver of many chains holds a place no longer than its time
      if (Date.now() > until) return 'more'
    }
    if (!moved) return 'done'
  }
}

/** `again`: nothing was acknowledged, but there is more to do: a smaller batch, or the next chain. */
type Step = 'none' | 'moved' | 'again' | 'lost' | Trouble

/** One batch of one chain: read and recomputed, sent, and only after that moved on. */
async function exportBatch(
  exporter: Exporter,
  receiver: AuditReceiver,
  cursor: Cursor,
): Promise<Step> {
  const { platform, destination, limits, sizes } = exporter
  const size = sizes.get(cursor.chain) ?? limits.events
  const read = await platform.db.inContext(SCOPE, (tx) =>
    nextBatch(tx, {
      cursor,
      destination,
      most: { events: size, bytes: limits.bytes },
      host: new URL(platform.settings.publicUrl).hostname,
    }),
  )
  if (read === null) return 'none'
  if ('said' in read)
    return stop(exporter, { chain: cursor.chain, why: 'broken', seq: read.seq, said: read.said })
  const held = await platform.db.inContext(SCOPE, (tx) =>
    holdDestination(tx, destination, limits.leaseSeconds),
  )
  if (!held) return 'lost'
  const receipt = await receiver.send(read.batch)
  return settle(exporter, { cursor, read, receipt })
}

type Sent = { cursor: Cursor; read: PreparedBatch; receipt: Receipt }

async function settle(exporter: Exporter, { cursor, read, receipt }: Sent): Promise<Step> {
  const { platform, destination, limits, sizes } = exporter
  const { chain, sentSeq } = cursor
  const { batch, last } = read
  if (receipt.outcome === 'later') {
    await platform.db.inContext(SCOPE, (tx) => sendAgain(tx, destination))
    return troubleOf(destination, receipt.said, receipt.afterSeconds)
  }
  if (receipt.outcome === 'refused') {
    if (batch.lines.length > 1) {
      sizes.set(chain, Math.ceil(batch.lines.length / 2))
      return 'again'
    }
    return stop(exporter, { chain, why: 'refused', seq: last.seq, said: receipt.said })
  }
  sizes.set(chain, Math.min(limits.events, batch.lines.length * 2))
  const settled = destination.transport === 'https'
  const moved = await platform.db.inContext(SCOPE, (tx) =>
    acknowledge(tx, { ...heldOf(destination), chain, from: sentSeq, to: last, settled }),
  )
  return moved ? 'moved' : 'lost'
}

/** Stops a chain, and says so where it is seen: in the audit, in the log, on the page. */
async function stop({ platform, destination }: Exporter, found: Stop): Promise<Step> {
  const { chain, seq, why, said } = found
  const stopped = await platform.db.inContext(SCOPE, async (tx) => {
    if (!(await stopChain(tx, destination, found))) return false
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'destination.stopped',
      subject: destination.id,
      payload: { name: destination.name, chain, seq, why, said },
    })
    return true
  })
  if (!stopped) return 'lost'
  platform.log.error(
    { destination: destination.id, name: destination.name, chain, seq, why, said },
    'the export of an audit chain has stopped',
  )
  return 'again'
}

function heldOf({ id, fence }: Held): Held {
  return { id, fence }
}

function troubleOf(
  { failures }: OpenDestination,
  said: string,
  afterSeconds: number | null,
): Trouble {
  const own = Math.min(2 ** Math.min(failures + 1, 10), LONGEST_WAIT)
  return { said: said.slice(0, 500), afterSeconds: afterSeconds ?? own }
}
