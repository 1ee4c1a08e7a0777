import { bodyOf, type ChainRecord, recordId, wellFormed } from './record.ts'
import { type Severity, severityOf } from './severity.ts'

/** CEF's severity is 0 to 10, in four bands: 0–3 low, 4–6 medium, 7–8 high, 9–10 very high. */
const SEVERITY: Record<Severity, number> = { 1: 1, 2: 3, 3: 5, 4: 8, 5: 10 }

/** Most characters that the extension dictionary lets a key hold. */
const LIMITS = { act: 63, externalId: 40, suid: 1023, cs: 4000 } as const

/**
 * One event as one line of ArcSight's Common Event Format, version 0 (Micro Focus, "Implementing ArcSight Common Event Format", version 25: header of seven
 * fields in which `|` and `\` are escaped; extension in which `=`, `\` and line breaks are; lengths by its dictionary). The custom strings carry the chain: cs1
 * the tenant, cs2 the hash, cs3 the hash before it, cs4 that of what was recorded, cs5 the subject, cs6 what was recorded, cut at 4,000 characters (cn2 is its
 * whole length). cn1 is the number in the chain, cn3 the time in microseconds.
 */
export function cefLine(record: ChainRecord): string {
  const severity = SEVERITY[severityOf(record.action, bodyOf(record))]
  const strings = [
    ['tenant', record.tenant],
    ['hash', record.hash],
    ['previousHash', record.prev],
    ['payloadHash', record.payload],
    ['subject', record.subject],
    ['payload', record.body ?? 'erased'],
  ] as const
  return cefText({
    header: [record.action, nameOf(record.action), String(severity)],
    extension: [
      ['rt', String(Math.floor(record.at / 1000))],
      ['externalId', cut(recordId(record), LIMITS.externalId)],
      ['act', cut(record.action, LIMITS.act)],
      ['suid', cut(record.actor, LIMITS.suid)],
      ...strings.flatMap(
        ([label, value], place) =>
          [
            [`cs${place + 1}Label`, label],
            [`cs${place + 1}`, cut(value, LIMITS.cs)],
          ] as const,
      ),
      ...numbers([
        ['sequence', record.seq],
        ['payloadLength', [...(record.body ?? '')].length],
        ['atMicros', record.at],
      ]),
    ],
  })
}

/** A record that says of itself that it is a test. */
export function cefTest({ id, at }: { id: string; at: number }): string {
  return cefText({
    header: ['stairway.test', 'Test of an audit destination', '0'],
    extension: [
      ['rt', String(at)],
      ['externalId', id],
      ['msg', 'This is a test of Stairway. Nothing happened.'],
    ],
  })
}

type CefParts = {
  header: readonly [signature: string, name: string, severity: string]
  extension: readonly (readonly [key: string, value: string])[]
}

/** The line of these parts, escaped. */
export function cefText({ header, extension }: CefParts): string {
  const fields = ['Stairway', 'Stairway', '1', ...header].map(headerField)
  const pairs = extension.map(([key, value]) => `${key}=${extensionValue(value)}`)
  return `CEF:0|${fields.join('|')}|${pairs.join(' ')}`
}

/** A header field holds no line break: one becomes a blank. */
function headerField(text: string): string {
  return plain(text)
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\|]/g, (mark) => `\\${mark}`)
}

function extensionValue(text: string): string {
  return plain(text)
    .replace(/[\\=]/g, (mark) => `\\${mark}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
}

/** Control characters but line breaks become a blank; so do the other characters that some readers take for a line's end. */
function plain(text: string): string {
  return wellFormed(text).replace(/[^\P{Cc}\r\n]|[\u2028\u2029]/gu, ' ')
}

function numbers(values: readonly (readonly [string, number])[]) {
  return values.flatMap(
    ([label, value], place) =>
      [
        [`cn${place + 1}Label`, label],
        [`cn${place + 1}`, String(value)],
      ] as const,
  )
}

function nameOf(action: string): string {
  const words = action.replaceAll(/[._]/g, ' ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** At most so many characters; a pair is never cut in half. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : [...text.slice(0, most + 1)].slice(0, most).join('')
}
