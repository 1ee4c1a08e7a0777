/** One event of a chain as it leaves the house. The nine members that its hash is over, its hash, and what was recorded. */
export type ChainRecord = {
  /** Id of the tenant whose chain it is. */
  tenant: string
  /** The tenant's short name. Not hashed. */
  slug: string
  seq: number
  /** Epoch, microseconds. */
  at: number
  actor: string
  action: string
  subject: string
  /** SHA-256 of the body, hex. */
  payload: string
  /** Hash of the event before it, hex. */
  prev: string
  hash: string
  /** Canonical JSON of what was recorded; null when it was erased. The hash of it stays. */
  body: string | null
}

export const AUDIT_FORMATS = ['jsonl', 'ocsf', 'cef'] as const
export type AuditFormat = (typeof AUDIT_FORMATS)[number]

/** Names one event for good, so that a receiver can tell a repeat: tenant and number. */
export function recordId({ tenant, seq }: Pick<ChainRecord, 'tenant' | 'seq'>): string {
  return `${tenant}:${seq}`
}

/** The nine members that are hashed, as they are hashed (RFC 8785 of them). */
export function hashedMembers(record: ChainRecord) {
  const { action, actor, at, payload, prev, seq, subject, tenant } = record
  return { action, actor, at, payload, prev, seq, subject, tenant, v: 1 } as const
}

/** The time of an event in ISO 8601 with its microseconds, UTC. */
export function isoMicros(at: number): string {
  const millis = Math.floor(at / 1000)
  return `${new Date(millis).toISOString().slice(0, -1)}${String(at - millis * 1000).padStart(3, '0')}Z`
}

/** What was recorded, parsed; the text itself where it is no JSON, null where it was erased. */
export function bodyOf({ body }: Pick<ChainRecord, 'body'>): unknown {
  if (body === null) return null
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

/** Any text as valid UTF-8 text: half of a surrogate pair becomes U+FFFD. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}
