import fc from 'fast-check'
import { expect, test } from 'vitest'
import { octetCounted } from '#lib/adapters/siem/octet-counted.ts'
import { record, wild } from '#lib/testing/chain-records.ts'
import { encodeSyslog, testSyslog } from './encode.ts'
import { AUDIT_FORMATS, wellFormed } from './record.ts'
import { syslogMessage } from './syslog.ts'

/** A reader of RFC 5424, by its grammar. */
function readSyslog(message: string) {
  const head = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[([^ =\]"]+)/.exec(message)
  if (!head) throw new Error(`no header: ${message}`)
  const [whole, pri, time, host, app, process, kind, id] = head
  const data: Record<string, string> = {}
  let at = whole.length
  for (let param: RegExpExecArray | null; ; at += param[0].length) {
    param = /^ ([^ =\]"]+)="((?:[^"\\\]]|\\["\\\]])*)"/.exec(message.slice(at))
    if (!param) break
    data[param[1] ?? ''] = (param[2] ?? '').replace(/\\(["\\\]])/g, '$1')
  }
  if (message.slice(at, at + 2) !== '] ') throw new Error(`the element does not end: ${message}`)
  return { pri: Number(pri), time, host, app, process, kind, id, data, text: message.slice(at + 2) }
}

test('syslog: header, structured data and text come back; beyond ASCII the text begins with the mark', () => {
  fc.assert(
    fc.property(
      wild,
      wild,
      wild,
      wild,
      fc.constantFrom(1, 2, 3, 4, 5),
      (host, kind, value, text, severity) => {
        const message = syslogMessage({
          severity,
          at: 1_700_000_000_123_456,
          host,
          kind,
          data: { a: value },
          text,
        } as never)
        const read = readSyslog(message)
        expect([read.pri >> 3, read.time, read.app, read.process]).toEqual([
          ...[13, '2023-11-14T22:13:20.123456Z', 'stairway', '-'],
        ])
        for (const [token, most] of [
          [read.host, 255],
          [read.kind, 32],
        ] as const) {
          expect(token).toMatch(/^[\x21-\x7e]+$/)
          expect(token?.length).toBeLessThanOrEqual(most)
        }
        expect(read.id).toBe('stairway@32473')
        expect(read.data).toEqual({ a: wellFormed(value).replace(/\p{Cc}/gu, ' ') })
        const line = wellFormed(text).replace(/[\r\n]+/g, ' ')
        expect(read.text.replace(/^\ufeff/, '')).toBe(line.replace(/^\ufeff/, ''))
        if (/[^\p{ASCII}]/u.test(line)) expect(read.text.startsWith('\ufeff')).toBe(true)
        expect(message).not.toMatch(/[\r\n]/)
      },
    ),
    { numRuns: 500 },
  )
})

test('syslog: octet counting splits a stream into the very messages again, wherever bytes break', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 5 }),
      fc.constantFrom(...AUDIT_FORMATS),
      (records, format) => {
        const messages = [
          ...records.map((each) => encodeSyslog(format, each, 'stairway.bank.example')),
          testSyslog(format, { id: 'x', at: 5 }, 'h'),
        ]
        let rest = Buffer.from(messages.map(octetCounted).join(''))
        const read: string[] = []
        while (rest.length > 0) {
          const blank = rest.indexOf(' ')
          const length = Number(rest.subarray(0, blank).toString())
          read.push(rest.subarray(blank + 1, blank + 1 + length).toString('utf8'))
          rest = rest.subarray(blank + 1 + length)
        }
        expect(read).toEqual(messages)
        for (const [place, each] of records.entries()) {
          const { data } = readSyslog(read[place] ?? '')
          expect(data).toMatchObject({
            tenant: each.tenant,
            seq: String(each.seq),
            hash: each.hash,
            prev: each.prev,
          })
        }
      },
    ),
  )
})
