import { isoMicros, wellFormed } from './record.ts'
import type { Severity } from './severity.ts'

/** Facility "log audit" (RFC 5424 §6.2.1). */
const FACILITY = 13
/** By our severity: informational, notice, warning, error, critical. */
const LEVEL: Record<Severity, number> = { 1: 6, 2: 5, 3: 4, 4: 3, 5: 2 }
/** The number that RFC 5612 keeps for documents: Stairway has none of its own. */
const STRUCTURED_ID = 'stairway@32473'

export type SyslogFacts = {
  severity: Severity
  /** Epoch, microseconds. */
  at: number
  host: string
  /** What kind of message; at most 32 characters of it are sent. */
  kind: string
  /** Names are ours and plain; values may hold anything. */
  data: Readonly<Record<string, string>>
  text: string
}

/**
 * One message of RFC 5424 §6: header, one structured element, text. A text beyond ASCII gets the byte order mark that the RFC asks of UTF-8; plain ASCII needs
 * none. Line breaks in the text become blanks.
 */
export function syslogMessage({ severity, at, host, kind, data, text }: SyslogFacts): string {
  const header = [
    `<${FACILITY * 8 + LEVEL[severity]}>1`,
    isoMicros(at),
    token(host, 255),
    'stairway',
    '-',
    token(kind, 32),
  ].join(' ')
  const params = Object.entries(data).map(([name, value]) => ` ${name}="${paramValue(value)}"`)
  const line = wellFormed(text).replace(/[\r\n]+/g, ' ')
  const mark = /^[\x20-\x7e\t]*$/.test(line) ? '' : '\ufeff'
  return `${header} [${STRUCTURED_ID}${params.join('')}] ${mark}${line}`
}

/** Printable ASCII without blanks, at most so long; `-` where nothing is left. */
function token(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-'
}

/** `"`, `\` and `]` are escaped (RFC 5424 §6.3.3); control characters, which some receivers cut at, become blanks. */
function paramValue(text: string): string {
  return wellFormed(text)
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["\\\]]/g, (mark) => `\\${mark}`)
}
