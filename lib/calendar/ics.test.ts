import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FreezeDefinition } from './freeze.ts'
import { readCalendar, writeCalendar } from './ics.ts'
import { checkRecurrence } from './recurrence.ts'

const AT = new Date('2026-11-26T10:00:00Z')
const YEAR_END: FreezeDefinition = {
  name: 'Year end, payments; and more',
  kind: 'blackout',
  reason: 'Books close.\nNobody touches production \\ at all',
  owner: 'Change Board EU',
  approvers: null,
  holdsFlux: false,
  zone: 'Europe/Berlin',
  start: '2026-12-18T18:00',
  duration: 'P17DT12H',
  rule: 'FREQ=YEARLY',
  except: ['2027-12-18T18:00'],
  also: ['2027-03-31T18:00', '2027-06-30T18:00'],
  scope: { tenants: ['payments'], environments: ['prod'], clusters: ['prod-eu-1', 'prod-us-1'] },
}

const event = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')

test('a freeze goes out as iCalendar: folded, escaped, with its zone', () => {
  const text = writeCalendar([{ ...YEAR_END, id: 'frz_1' }], AT)
  expect(text).toContain('DTSTART;TZID=Europe/Berlin:20261218T180000\r\n')
  expect(text).toContain('SUMMARY:Year end\\, payments\\; and more\r\n')
  expect(text).toContain('RDATE;TZID=Europe/Berlin:20270331T180000,20270630T180000\r\n')
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThan(76)
})

test('what a foreign calendar does not say is taken as a blackout of everything', () => {
  const text = event(
    'SUMMARY:Quarter end',
    'DTSTART:20270331T160000Z',
    'DTEND:20270401T040000Z',
    'RRULE:FREQ=MONTHLY;INTERVAL=3',
    'BEGIN:VALARM',
    'DURATION:PT15M',
    'END:VALARM',
  )
  expect(readCalendar(text, 'Grace Kim')).toMatchObject({
    ok: true,
    value: [
      {
        name: 'Quarter end',
        kind: 'blackout',
        owner: 'Grace Kim',
        zone: 'UTC',
        start: '2027-03-31T16:00',
        duration: 'PT720M',
        rule: 'FREQ=MONTHLY;INTERVAL=3',
        scope: { tenants: [], environments: [], clusters: [] },
      },
    ],
  })
})

test('a restricted freeze without a group is refused; one that holds Flux says so', () => {
  const text = writeCalendar(
    [{ ...YEAR_END, kind: 'restricted', approvers: 'Board, EU', holdsFlux: true, id: 'frz_1' }],
    AT,
  )
  expect(text).toContain('X-STAIRWAY-APPROVERS:Board\\, EU\r\n')
  expect(text).toContain('X-STAIRWAY-FLUX:SUSPENDED\r\n')
  expect(readCalendar(text.replace(/X-STAIRWAY-APPROVERS.*\r\n/, ''), 'x')).toMatchObject({
    ok: false,
    error: { part: 'X-STAIRWAY-APPROVERS: name the group that lets changes through' },
  })
})

test('whole days count in the calendar’s zone; without any zone they are refused', () => {
  const days = event('SUMMARY:Holidays', 'DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227')
  expect(readCalendar(days, 'x')).toMatchObject({
    ok: false,
    error: { event: 'Holidays', part: 'DTSTART: it names no zone' },
  })
  const zoned = days.replace('BEGIN:VEVENT', 'X-WR-TIMEZONE:Europe/Paris\r\nBEGIN:VEVENT')
  expect(readCalendar(zoned, 'x')).toMatchObject({
    ok: true,
    value: [{ zone: 'Europe/Paris', start: '2026-12-24T00:00', duration: 'P3D' }],
  })
})

test.each([
  ['', 'it does not begin with BEGIN:VCALENDAR'],
  ['BEGIN:VCALENDAR\nEND:VCALENDAR', 'it holds no event'],
  [event('SUMMARY:No start'), 'DTSTART is missing'],
  [event('SUMMARY:Odd zone', 'DTSTART;TZID=Mars/X:20260101T000000'), 'DTSTART: no zone Mars/X'],
  [event('SUMMARY:No end', 'DTSTART:20260101T000000Z'), 'duration: '],
  [event('SUMMARY:Ends first', 'DTSTART:20260102T000000Z', 'DTEND:20260101T000000Z'), 'duration: '],
  [
    event(
      'SUMMARY:Each second',
      'DTSTART:20260101T000000Z',
      'DURATION:PT1H',
      'RRULE:FREQ=SECONDLY',
    ),
    'rule: FREQ=SECONDLY',
  ],
  [event('SUMMARY:x', 'DTSTART:20260101T000000Z', 'DURATION:PT1H'), 'SUMMARY: 3 to 80 characters'],
  [
    event('SUMMARY:Odd kind', 'DTSTART:20260101T000000Z', 'DURATION:PT1H', 'X-STAIRWAY-KIND:all'),
    'X-STAIRWAY-KIND:all',
  ],
])('what cannot be taken is refused with the part: %#', (text, part) => {
  expect(readCalendar(text, 'x')).toMatchObject({
    ok: false,
    error: { code: 'calendar_refused', part },
  })
})

const name = fc.string({ minLength: 3, maxLength: 60 }).filter((text) => {
  const kept = text.replace(/\r\n?/g, '\n')
  return kept === text && text.trim() === text && text.trim().length >= 3
})
const wall = fc
  .date({ min: new Date('2020-01-01Z'), max: new Date('2099-12-31Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 16))
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,14}$/)
const words = fc.uniqueArray(word, { maxLength: 4 })
const kinds = fc.oneof(
  fc.record({
    kind: fc.constantFrom('blackout', 'maintenance_only'),
    approvers: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('restricted' as const), approvers: name }),
)
const rest = fc.record({
  name,
  holdsFlux: fc.boolean(),
  reason: name,
  owner: name,
  zone: fc.constantFrom('Europe/Berlin', 'America/Argentina/Buenos_Aires', 'UTC', 'Etc/GMT+5'),
  start: wall,
  duration: fc.constantFrom('PT5M', 'PT36H', 'P2DT4H', 'P3W'),
  rule: fc.constantFrom(
    null,
    'FREQ=DAILY',
    'FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR',
    'FREQ=YEARLY;UNTIL=20300101T120000Z;BYMONTH=1,6;WKST=SU',
  ),
  except: fc.uniqueArray(wall, { maxLength: 4 }),
  also: fc.uniqueArray(wall, { maxLength: 4 }),
  scope: fc.record({ tenants: words, environments: words, clusters: words }),
})
const definition: fc.Arbitrary<FreezeDefinition> = fc
  .tuple(kinds, rest)
  .map(([kind, others]) => ({ ...kind, ...others }))

test('what is written out reads back as it was', () => {
  fc.assert(
    fc.property(fc.array(definition, { minLength: 1, maxLength: 5 }), (drawn) => {
      const freezes = drawn.map((each) => {
        const checked = checkRecurrence(each)
        if (!checked.ok) throw new Error(JSON.stringify(checked.error))
        return { ...each, ...checked.value }
      })
      const text = writeCalendar(
        freezes.map((each, place) => ({ ...each, id: `frz_${place}` })),
        AT,
      )
      expect(readCalendar(text, 'nobody')).toEqual({ ok: true, value: freezes })
    }),
    { numRuns: 200 },
  )
})

test('whatever file is given, it answers', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      'BEGIN:VEVENT',
      'END:VEVENT',
      'BEGIN:VALARM',
      'DTSTART;TZID=Europe/Berlin:20260101T000000',
      'DTSTART;VALUE=DATE:20261332',
      'DURATION:PT1H',
      'RRULE:FREQ=DAILY;COUNT=2',
      'EXDATE:nonsense',
      'SUMMARY:A freeze',
      ' folded',
    ),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const read = readCalendar(`BEGIN:VCALENDAR\n${lines.join('\n')}`, 'x')
      expect(typeof read.ok).toBe('boolean')
      if (read.ok) for (const each of read.value) expect(checkRecurrence(each).ok).toBe(true)
    }),
    { numRuns: 600 },
  )
})
