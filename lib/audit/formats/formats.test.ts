import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '#lib/canonical.ts'
import { record, wild } from '#lib/testing/chain-records.ts'
import { cefLine, cefText } from './cef.ts'
import { encodeLine, testLine } from './encode.ts'
import { AUDIT_FORMATS, type ChainRecord, hashedMembers, isoMicros, wellFormed } from './record.ts'
import { severityOf } from './severity.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const isUtf8 = (text: string) => Buffer.from(text).toString('utf8') === text

test.each(AUDIT_FORMATS)('%s: one line, valid UTF-8, whatever was recorded', (format) => {
  fc.assert(
    fc.property(record, (each) => {
      for (const line of [encodeLine(format, each), testLine(format, { id: 'x', at: 5 })]) {
        expect(line).not.toMatch(/[\r\n]/)
        expect(isUtf8(line)).toBe(true)
      }
    }),
  )
})

test('JSON Lines: the nine members give the very bytes that were hashed', () => {
  fc.assert(
    fc.property(record, (each) => {
      const line = JSON.parse(encodeLine('jsonl', each)) as Record<string, unknown>
      const { action, actor, at, payload, prev, seq, subject, tenant, v } = line
      expect(
        sha256(canonicalJson({ action, actor, at, payload, prev, seq, subject, tenant, v })),
      ).toBe(sha256(canonicalJson(hashedMembers(each))))
      expect([line.hash, line.id]).toEqual([each.hash, `${each.tenant}:${each.seq}`])
      expect(line.erased === true).toBe(each.body === null)
    }),
  )
})

/** Attributes that the classes of OCSF 1.7.0 require, besides those of every event. */
const REQUIRED: Record<number, string> = {
  3001: 'user',
  3002: 'user',
  3004: 'entity',
  3006: 'group',
}
/** Activities of each class that we use. */
const ACTIVITIES: Record<number, number[]> = {
  3001: [5, 6, 99],
  3002: [1, 2, 99],
  3004: [1, 2, 3, 4, 99],
  3006: [5, 99],
}

test('OCSF: what its classes require is there, and what is derived agrees', () => {
  fc.assert(
    fc.property(record, (each) => {
      const event = JSON.parse(encodeLine('ocsf', each)) as Record<string, number> & {
        metadata: Record<string, unknown>
        unmapped: { chain: Record<string, unknown> }
      }
      const { class_uid: of = 0, activity_id: activity = -1 } = event
      expect(event.category_uid).toBe(Math.floor(of / 1000))
      expect(event.type_uid).toBe(of * 100 + activity)
      expect(ACTIVITIES[of]).toContain(activity)
      expect(event[REQUIRED[of] ?? '']).toMatchObject({ uid: each.subject })
      if (of === 3002) expect(event.service).toEqual({ name: 'Stairway' })
      expect([1, 2, 3, 4, 5]).toContain(event.severity_id)
      expect(event.time).toBe(Math.floor(each.at / 1000))
      expect(event.metadata).toMatchObject({
        version: '1.7.0',
        product: { name: 'Stairway', vendor_name: 'Stairway' },
        sequence: each.seq,
        tenant_uid: each.tenant,
      })
      expect(event.unmapped.chain).toEqual({ ...hashedMembers(each), hash: each.hash })
    }),
  )
})

test('OCSF: a refused sign-in is a logon that failed; a broken chain is critical', () => {
  const [one] = fc.sample(record, 1)
  const of = (action: string, body: string | null) =>
    JSON.parse(encodeLine('ocsf', { ...(one as ChainRecord), action, body }))
  expect(of('session.refused', null)).toMatchObject({ type_uid: 300_201, status_id: 2 })
  expect(of('chain.verified', '{"firstBreak":4}')).toMatchObject({ severity_id: 5 })
  expect(of('chain.verified', '{"firstBreak":null,"findings":["its end is gone"]}')).toMatchObject({
    severity_id: 5,
    status_id: 2,
  })
  for (const sound of ['{"firstBreak":null}', '{"firstBreak":null,"findings":[]}'])
    expect(of('chain.verified', sound)).toMatchObject({ severity_id: 1, status_id: 1 })
})

test('what freezes do to Flux is more than information, most of all what they cannot do', () => {
  const actions = ['flux_suspended', 'flux_resumed', 'flux_left', 'flux_late']
  expect(actions.map((each) => severityOf(`freeze.${each}`, null))).toEqual([2, 2, 3, 3])
})

/** A reader of CEF: the header at bars that nothing escapes, the extension at keys. */
function readCef(line: string) {
  const fields: string[] = []
  let field = ''
  let at = 0
  for (; fields.length < 7 && at < line.length; at += 1) {
    const mark = line[at] ?? ''
    if (mark === '\\') field += line[++at] ?? ''
    else if (mark === '|') {
      fields.push(field)
      field = ''
    } else field += mark
  }
  const extension: Record<string, string> = {}
  const keys = [...line.slice(at).matchAll(/(?:^| )([A-Za-z0-9]+)=/g)]
  for (const [place, key] of keys.entries()) {
    const raw = line.slice(at).slice(key.index + key[0].length, keys[place + 1]?.index)
    extension[key[1] ?? ''] = raw.replace(/\\(.)/gs, (_, mark: string) =>
      mark === 'n' ? '\n' : mark === 'r' ? '\r' : mark,
    )
  }
  return { fields, extension }
}

/** What CEF keeps of a text: control characters but line breaks are blanks. */
const kept = (text: string) => wellFormed(text).replace(/[^\P{Cc}\r\n]|[\u2028\u2029]/gu, ' ')

test('CEF: header and extension come back as they were; nothing ends the line', () => {
  fc.assert(
    fc.property(wild, wild, wild, (signature, name, value) => {
      const line = cefText({
        header: [signature, name, '5'],
        extension: [
          ['act', 'a'],
          ['cs1', value],
        ],
      })
      const { fields, extension } = readCef(line)
      const inHeader = (text: string) => kept(text).replace(/[\r\n]+/g, ' ')
      expect(fields).toEqual([
        'CEF:0',
        'Stairway',
        'Stairway',
        '1',
        inHeader(signature),
        inHeader(name),
        '5',
      ])
      expect(extension).toEqual({ act: 'a', cs1: kept(value) })
      expect(line).not.toMatch(/[\r\n\u2028\u2029\u0085]/)
    }),
    { numRuns: 500 },
  )
})

test('CEF: number, time and every hash are there, so that the hash can be computed again; lengths hold', () => {
  fc.assert(
    fc.property(record, fc.integer({ min: 0, max: 6000 }), (each, longer) => {
      const long =
        each.body === null ? each : { ...each, body: `${each.body}${'😀'.repeat(longer)}` }
      const { fields, extension: of } = readCef(cefLine(long))
      expect(fields).toHaveLength(7)
      expect(Number(fields[6])).toBeGreaterThanOrEqual(0)
      expect(Number(fields[6])).toBeLessThanOrEqual(10)
      expect([of.act, of.suid, of.cs1, of.cs2, of.cs3, of.cs4, of.cs5]).toEqual([
        ...[each.action, each.actor, each.tenant, each.hash, each.prev, each.payload, each.subject],
      ])
      expect([of.cn1, of.cn3]).toEqual([String(each.seq), String(each.at)])
      expect(of.externalId?.length).toBeLessThanOrEqual(40)
      expect([...(of.cs6 ?? '')].length).toBeLessThanOrEqual(4000)
    }),
  )
})

test('times keep their microseconds', () => {
  expect([isoMicros(0), isoMicros(1_700_000_000_000_007)]).toEqual([
    '1970-01-01T00:00:00.000000Z',
    '2023-11-14T22:13:20.000007Z',
  ])
})
