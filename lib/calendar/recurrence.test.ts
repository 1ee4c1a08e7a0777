import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkRecurrence, minutesOf, occurrencesIn, type Recurrence } from './recurrence.ts'
import { parseRule, ruleText } from './rule.ts'

const BERLIN: Recurrence = {
  zone: 'Europe/Berlin',
  start: '2026-03-22T02:30',
  duration: 'PT2H',
  rule: 'FREQ=WEEKLY;BYDAY=SU',
  except: [],
  also: [],
}

function told(recurrence: Recurrence, from: string, to: string): string[] {
  const checked = checkRecurrence(recurrence)
  if (!checked.ok) throw new Error(JSON.stringify(checked.error))
  return occurrencesIn(checked.value, new Date(from), new Date(to)).map(
    ({ start, end }) => `${start.toISOString().slice(0, 16)}/${end.toISOString().slice(0, 16)}`,
  )
}

test('in the night when clocks skip the hour, it starts an hour later and is not left out', () => {
  expect(told(BERLIN, '2026-03-20T00:00Z', '2026-04-06T00:00Z')).toEqual([
    '2026-03-22T01:30/2026-03-22T03:30',
    '2026-03-29T01:30/2026-03-29T03:30',
    '2026-04-05T00:30/2026-04-05T02:30',
  ])
})

test('in the night when an hour comes twice, it starts at the first, and hours are counted as they pass', () => {
  const october = { ...BERLIN, start: '2026-10-18T02:30' }
  expect(told(october, '2026-10-20T00:00Z', '2026-11-02T00:00Z')).toEqual([
    '2026-10-25T00:30/2026-10-25T02:30',
    '2026-11-01T01:30/2026-11-01T03:30',
  ])
})

test('whole days go by the calendar: a day is 23 or 25 hours when the clocks change', () => {
  const daily = { ...BERLIN, start: '2026-03-29T00:00', duration: 'P1D', rule: null }
  expect(told(daily, '2026-03-01T00:00Z', '2026-04-01T00:00Z')).toEqual([
    '2026-03-28T23:00/2026-03-29T22:00',
  ])
  expect(
    told({ ...daily, start: '2026-10-25T00:00' }, '2026-10-01T00:00Z', '2026-11-01T00:00Z'),
  ).toEqual(['2026-10-24T22:00/2026-10-25T23:00'])
})

test('a zone without summer time keeps its hour all year', () => {
  const kolkata = {
    ...BERLIN,
    zone: 'Asia/Kolkata',
    start: '2026-01-01T09:00',
    rule: 'FREQ=MONTHLY',
  }
  const all = told(kolkata, '2026-01-01T00:00Z', '2027-01-01T00:00Z')
  expect(all).toHaveLength(12)
  expect(new Set(all.map((each) => each.slice(11, 16)))).toEqual(new Set(['03:30']))
})

test('the leap day comes in leap years only', () => {
  const leap = {
    ...BERLIN,
    zone: 'UTC',
    start: '2024-02-29T00:00',
    duration: 'P1D',
    rule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
  }
  expect(told(leap, '2025-01-01T00:00Z', '2033-01-01T00:00Z')).toEqual([
    '2028-02-29T00:00/2028-03-01T00:00',
    '2032-02-29T00:00/2032-03-01T00:00',
  ])
})

test('what began before the year’s end reaches over it, and a search that begins inside finds it', () => {
  const turn = { ...BERLIN, start: '2025-12-22T18:00', duration: 'P14D', rule: 'FREQ=YEARLY' }
  expect(told(turn, '2027-01-02T00:00Z', '2027-01-03T00:00Z')).toEqual([
    '2026-12-22T17:00/2027-01-05T17:00',
  ])
})

test('the last moment is no part of it', () => {
  const once = { ...BERLIN, zone: 'UTC', start: '2026-05-01T10:00', duration: 'PT1H', rule: null }
  expect(told(once, '2026-05-01T11:00Z', '2026-05-02T00:00Z')).toEqual([])
  expect(told(once, '2026-05-01T00:00Z', '2026-05-01T10:00Z')).toEqual([])
  expect(told(once, '2026-05-01T10:59Z', '2026-05-01T11:00Z')).toHaveLength(1)
})

test('single days are left out and added; UNTIL is an instant, or a whole day of the zone', () => {
  const varied = {
    ...BERLIN,
    start: '2026-06-07T22:00',
    except: ['2026-06-14T22:00'],
    also: ['2026-06-16T08:00'],
  }
  const days = (rule: string) =>
    told({ ...varied, rule }, '2026-06-01T00:00Z', '2026-07-10T00:00Z').map((each) =>
      each.slice(5, 13),
    )
  expect(days('FREQ=WEEKLY;UNTIL=20260621')).toEqual(['06-07T20', '06-16T06', '06-21T20'])
  expect(days('FREQ=WEEKLY;UNTIL=20260621T195959Z')).toEqual(['06-07T20', '06-16T06'])
  expect(days('FREQ=WEEKLY;UNTIL=20260621T200000Z')).toEqual(['06-07T20', '06-16T06', '06-21T20'])
  expect(days('FREQ=WEEKLY;COUNT=3')).toEqual(['06-07T20', '06-16T06', '06-21T20'])
})

test.each([
  'FREQ=SECONDLY',
  'FREQ=MINUTELY;INTERVAL=5',
  'FREQ=HOURLY',
  'FREQ=DAILY;BYHOUR=1,2',
  'FREQ=DAILY;BYMINUTE=1',
  'FREQ=DAILY;COUNT=1001',
  'FREQ=DAILY;COUNT=2;UNTIL=20270101',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;INTERVAL=367',
  'FREQ=DAILY;BYMONTH=13',
  'FREQ=DAILY;FREQ=WEEKLY',
  'FREQ=DAILY;UNTIL=20260230',
  'FREQ=WEEKLY;BYDAY=2MO',
  'FREQ=WEEKLY;BYMONTHDAY=1',
  'FREQ=MONTHLY;BYDAY=0MO',
  'FREQ=MONTHLY;BYDAY=54MO',
  'FREQ=MONTHLY;BYSETPOS=1',
  'FREQ=DAILY;RSCALE=CHINESE',
  'INTERVAL=2',
  'FREQ',
  '',
  `FREQ=DAILY;BYMONTH=${'1,'.repeat(300)}1`,
])('the repetition %s is refused', (rule) => {
  expect(checkRecurrence({ ...BERLIN, rule })).toMatchObject({
    ok: false,
    error: { code: 'recurrence_refused', field: 'rule' },
  })
})

test.each([
  ['zone', { zone: 'Mars/Olympus' }],
  ['zone', { zone: '+02:00' }],
  ['start', { start: '2026-02-30T10:00' }],
  ['start', { start: '2026-02-03' }],
  ['duration', { duration: 'P' }],
  ['duration', { duration: 'PT4M' }],
  ['duration', { duration: 'P93D' }],
  ['duration', { duration: 'P1Y' }],
  ['except', { except: ['tomorrow'] }],
  ['also', { also: Array.from({ length: 101 }, () => '2026-01-01T00:00') }],
] as const)('a bad %s is refused: %j', (field, differs) => {
  expect(
    checkRecurrence({
      ...BERLIN,
      ...differs,
      except: [...(('except' in differs && differs.except) || [])],
      also: [...(('also' in differs && differs.also) || [])],
    }),
  ).toMatchObject({
    ok: false,
    error: { field },
  })
})

test('whatever is typed, the parser answers, and what it takes reads back as itself', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('FREQ=DAILY', 'FREQ=MONTHLY', 'BYDAY=-1FR', 'INTERVAL=2', 'COUNT=5', 'WKST=MO'),
    fc
      .tuple(fc.constantFrom('BYMONTH', 'BYMONTHDAY', 'BYSETPOS', 'COUNT'), fc.integer())
      .map((pair) => pair.join('=')),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const parsed = parseRule(pieces.join(';'))
      if (!parsed.ok) return
      const text = ruleText(parsed.value)
      expect(parseRule(text)).toEqual(parsed)
      const checked = checkRecurrence({ ...BERLIN, rule: text })
      expect(checked).toMatchObject({ ok: true, value: { rule: text } })
    }),
    { numRuns: 400 },
  )
})

test('occurrences come in order, touch what was asked for, and are never more than the days and dates', () => {
  const rule = fc
    .tuple(
      fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('', ';BYMONTH=3,10', ';BYDAY=MO,SU', ';COUNT=40', ';UNTIL=20270601'),
    )
    .map(([freq, interval, more]) => `FREQ=${freq};INTERVAL=${interval}${more}`)
  const from = new Date('2026-03-01T00:00Z')
  const to = new Date('2027-09-01T00:00Z')
  fc.assert(
    fc.property(
      rule,
      fc.constantFrom('Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kolkata', 'Pacific/Apia', 'UTC'),
      fc.constantFrom('PT30M', 'PT12H', 'P1D', 'P2W'),
      (text, zone, duration) => {
        const all = occurrencesIn({ ...BERLIN, zone, duration, rule: text }, from, to)
        expect(all.length).toBeLessThan(566)
        for (const [place, each] of all.entries()) {
          expect(each.end.getTime() - each.start.getTime()).toBeGreaterThan(0)
          expect(each.start < to && each.end > from).toBe(true)
          const before = all[place - 1]
          if (before) expect(before.start < each.start).toBe(true)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('durations are counted in minutes', () => {
  expect(minutesOf('P1W')).toBe(7 * 24 * 60)
  expect(minutesOf('P1DT2H30M')).toBe(24 * 60 + 150)
  for (const bad of ['', 'P', 'PT', '1H', 'P1M', 'PT-1H', 'P1W2D', 'PT1S'])
    expect(minutesOf(bad)).toBeUndefined()
})
