import {
  type Cursor,
  headOf,
  type OpenDestination,
  type ReadRecord,
  readChain,
} from '#lib/audit/export-store.ts'
import { CONTENT_TYPES, encodeLine, encodeSyslog } from '#lib/audit/formats/encode.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Batch } from '#lib/ports/audit-receiver.ts'

export type PreparedBatch = { batch: Batch; last: { seq: number; hash: string } }
export type ChainBreak = { seq: number; said: string }

type Wanted = {
  cursor: Cursor
  destination: Pick<OpenDestination, 'id' | 'format' | 'transport'>
  most: { events: number; bytes: number }
  /** Name under which syslog messages say they come. */
  host: string
}

/**
 * What follows in a chain behind its cursor, ready to be sent; null when nothing does. What is sound in front of a break is still sent; a break at the very
 * next event is answered as one. The head is read before the events: all up to it must be there. Numbers are given under the head's lock (app.audit), so what is
 * not committed yet is behind every number that can be seen, and what was rolled back took none.
 */
export async function nextBatch(
  tx: Transaction,
  { cursor, destination, most, host }: Wanted,
): Promise<PreparedBatch | ChainBreak | null> {
  const { chain, sentSeq, sentHash } = cursor
  const head = await headOf(tx, chain)
  if (head === null || head < sentSeq)
    return {
      seq: (head ?? 0) + 1,
      said: `${sentSeq} events were sent, and the chain ends at ${head ?? 'nothing'} now`,
    }
  const records = await readChain(tx, { chain, after: sentSeq, most: most.events })
  const { sound, said } = soundPart(records, { seq: sentSeq, hash: sentHash })
  if (sound.length === 0) {
    if (said !== null) return { seq: sentSeq + 1, said }
    return head === sentSeq ? null : { seq: sentSeq + 1, said: `event ${sentSeq + 1} is missing` }
  }
  const lines = cutLines(sound, most.bytes, (record) =>
    destination.transport === 'https'
      ? encodeLine(destination.format, record)
      : encodeSyslog(destination.format, record, host),
  )
  const last = sound[lines.length - 1] ?? { seq: sentSeq, hash: sentHash }
  return {
    batch: {
      id: `${destination.id}/${chain}/${sentSeq + 1}-${last.seq}`,
      contentType: CONTENT_TYPES[destination.format],
      lines,
    },
    last: { seq: last.seq, hash: last.hash },
  }
}

/** The records in front of the first that does not follow from the one before it, and what is wrong with that one. */
function soundPart(records: readonly ReadRecord[], from: { seq: number; hash: string }) {
  let before = from
  const sound: ReadRecord[] = []
  for (const record of records) {
    const said = faultOf(record, before)
    if (said !== null) return { sound, said }
    sound.push(record)
    before = record
  }
  return { sound, said: null }
}

function faultOf(record: ReadRecord, before: { seq: number; hash: string }): string | null {
  const { seq } = record
  if (seq !== before.seq + 1) return `event ${before.seq + 1} is missing`
  if (record.prev !== before.hash)
    return `event ${seq} does not hold the hash of event ${before.seq} as it was sent`
  return record.sound
    ? null
    : `event ${seq} or what it recorded was altered: its hash does not hold`
}

/** As many lines as fit, and always one. */
function cutLines(
  records: readonly ReadRecord[],
  bytes: number,
  encode: (record: ReadRecord) => string,
): string[] {
  const lines: string[] = []
  let size = 0
  for (const record of records) {
    const line = encode(record)
    size += Buffer.byteLength(line) + 1
    if (lines.length > 0 && size > bytes) break
    lines.push(line)
  }
  return lines
}
