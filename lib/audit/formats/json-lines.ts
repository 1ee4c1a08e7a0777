import { bodyOf, type ChainRecord, hashedMembers, isoMicros, recordId } from './record.ts'

/**
 * One event as one line of JSON, without its newline: the nine hashed members under their own names, then `hash`, `id` (to tell a repeat), `time`, `chain`
 * (the tenant's short name) and `body`. Whoever takes the nine out and writes them by RFC 8785 gets the bytes whose SHA-256 is `hash`.
 */
export function jsonLine(record: ChainRecord): string {
  return JSON.stringify({
    ...hashedMembers(record),
    hash: record.hash,
    id: recordId(record),
    time: isoMicros(record.at),
    chain: record.slug,
    body: bodyOf(record),
    ...(record.body === null ? { erased: true } : {}),
  })
}
