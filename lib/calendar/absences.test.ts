import fc from 'fast-check'
import { expect, test } from 'vitest'
import { absencesIn } from './absences.ts'

const NOW = new Date('2026-11-27T03:00:00Z')
const AT = { zone: 'Europe/Berlin', now: NOW }

function calendar(...events: string[][]): string {
  const each = events.flatMap((lines) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'])
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', ...each, 'END:VCALENDAR', ''].join('\r\n')
}

function found(...events: string[][]): string[] {
  const answer = absencesIn(calendar(...events), AT)
  if (!answer.ok) throw new Error(answer.error.part)
  return answer.value.map(
    ({ name, startsAt, endsAt }) => `${name} ${startsAt.toISOString()} ${endsAt.toISOString()}`,
  )
}

const DAYS = ['DTSTART;VALUE=DATE:20261221', 'DTEND;VALUE=DATE:20270104']
const XMAS = '2026-12-20T23:00:00.000Z 2027-01-03T23:00:00.000Z'

test.each([
  [['SUMMARY:Vacation', ...DAYS], [`Vacation ${XMAS}`]],
  [['SUMMARY:Skiing', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF', ...DAYS], [`Skiing ${XMAS}`]],
  [['SUMMARY:Skiing', 'CATEGORIES:Private,Urlaub', ...DAYS], [`Skiing ${XMAS}`]],
  [['SUMMARY:Skiing', ...DAYS], []],
  [['SUMMARY:Holiday', 'TRANSP:TRANSPARENT', ...DAYS], []],
  [['SUMMARY:Vacation', 'STATUS:CANCELLED', ...DAYS], []],
  [['SUMMARY:Out of office', 'RRULE:FREQ=WEEKLY;BYDAY=FR', 'DTSTART;VALUE=DATE:20261204'], []],
  [['SUMMARY:Away for lunch', 'DTSTART:20261201T110000Z', 'DTEND:20261201T120000Z'], []],
  [['SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20260701', 'DTEND;VALUE=DATE:20260715'], []],
  [['SUMMARY:Holidaymakers meet', ...DAYS], []],
  [
    ['SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20261224'],
    ['Vacation 2026-12-23T23:00:00.000Z 2026-12-24T23:00:00.000Z'],
  ],
  [
    ['SUMMARY:Vacation', 'DTSTART:20261218T170000Z', 'DURATION:P3D'],
    ['Vacation 2026-12-18T17:00:00.000Z 2026-12-21T17:00:00.000Z'],
  ],
  [
    [
      'SUMMARY:OOO',
      'DTSTART;TZID=America/New_York:20261218T120000',
      'DTEND;TZID=America/New_York:20261221T120000',
    ],
    ['OOO 2026-12-18T17:00:00.000Z 2026-12-21T17:00:00.000Z'],
  ],
  [
    [
      'SUMMARY:OOO',
      'DTSTART;TZID="W. Europe Standard Time":20261218T120000',
      'DTEND;TZID="W. Europe Standard Time":20261221T120000',
    ],
    ['OOO 2026-12-18T11:00:00.000Z 2026-12-21T11:00:00.000Z'],
  ],
  [['SUMMARY:Vacation', 'DTSTART:soon', 'DTEND:later'], []],
])('%j holds %j', (event, absences) => {
  expect(found(event)).toEqual(absences)
})

test('those that touch are one; the earliest stand first', () => {
  expect(
    found(
      ['SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270306'],
      ['SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20261228', 'DTEND;VALUE=DATE:20270104'],
      ['SUMMARY:Vacation', 'DTSTART;VALUE=DATE:20261221', 'DTEND;VALUE=DATE:20261228'],
    ),
  ).toEqual([`Vacation ${XMAS}`, 'Vacation 2027-02-28T23:00:00.000Z 2027-03-05T23:00:00.000Z'])
})

test('an alarm in an event is not the event', () => {
  const alarm = ['BEGIN:VALARM', 'SUMMARY:Vacation', 'END:VALARM']
  expect(found(['SUMMARY:Work', ...alarm, ...DAYS])).toEqual([])
})

test('what is no calendar is refused, what is too long too', () => {
  expect(absencesIn('hello', AT)).toMatchObject({ error: { code: 'calendar_refused' } })
  expect(absencesIn(`BEGIN:VCALENDAR\n${'x'.repeat(800_000)}`, AT).ok).toBe(false)
})

test('whatever a file holds, it answers; what it finds lies ahead, in order and apart', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom(
      ...[
        'BEGIN:VEVENT',
        'END:VEVENT',
        'BEGIN:VALARM',
        'SUMMARY:Vacation',
        'DTSTART:20261218T170000Z',
      ],
      ...[
        'DTEND:20261224T170000Z',
        'DTSTART;VALUE=DATE:20270101',
        'DURATION:P9D',
        'DTSTART:99999999T999999Z',
        'TRANSP:OPAQUE',
      ],
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (lines) => {
      const answer = absencesIn(['BEGIN:VCALENDAR', ...lines].join('\r\n'), AT)
      if (!answer.ok) return
      for (const [place, { startsAt, endsAt }] of answer.value.entries()) {
        expect(endsAt > NOW && endsAt > startsAt).toBe(true)
        const before = answer.value[place - 1]
        expect(before === undefined || before.endsAt < startsAt).toBe(true)
      }
    }),
  )
})
