import { cefLine, cefTest } from './cef.ts'
import { jsonLine } from './json-lines.ts'
import { ocsfLine, ocsfTest } from './ocsf.ts'
import { type AuditFormat, bodyOf, type ChainRecord, isoMicros } from './record.ts'
import { severityOf } from './severity.ts'
import { syslogMessage } from './syslog.ts'

const LINES: Record<AuditFormat, (record: ChainRecord) => string> = {
  jsonl: jsonLine,
  ocsf: ocsfLine,
  cef: cefLine,
}

/** Type of a body of such lines, each ended by a newline. */
export const CONTENT_TYPES: Record<AuditFormat, string> = {
  jsonl: 'application/x-ndjson',
  ocsf: 'application/x-ndjson',
  cef: 'text/plain; charset=utf-8',
}

/** One event in a format: one line, without its newline. */
export function encodeLine(format: AuditFormat, record: ChainRecord): string {
  return LINES[format](record)
}

/** The same event as a syslog message; number and hashes are in its structured data also, so that a receiver can tell gaps without reading the text. */
export function encodeSyslog(format: AuditFormat, record: ChainRecord, host: string): string {
  const { tenant, slug, seq, hash, prev } = record
  return syslogMessage({
    severity: severityOf(record.action, bodyOf(record)),
    at: record.at,
    host,
    kind: record.action,
    data: { chain: slug, tenant, seq: String(seq), hash, prev },
    text: encodeLine(format, record),
  })
}

type TestFacts = { id: string; at: number }

/** A line that says of itself that it is a test, in a format. */
export function testLine(format: AuditFormat, { id, at }: TestFacts): string {
  if (format === 'cef') return cefTest({ id, at })
  if (format === 'ocsf') return ocsfTest({ id, at })
  return JSON.stringify({
    test: true,
    id,
    time: isoMicros(at * 1000),
    text: 'This is a test of Stairway. Nothing happened.',
  })
}

/** The same as a syslog message. */
export function testSyslog(format: AuditFormat, facts: TestFacts, host: string): string {
  return syslogMessage({
    severity: 1,
    at: facts.at * 1000,
    host,
    kind: 'stairway.test',
    data: { test: 'true', id: facts.id },
    text: testLine(format, facts),
  })
}
