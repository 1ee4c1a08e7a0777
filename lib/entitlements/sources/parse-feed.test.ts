import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv } from '#lib/csv.ts'
import { isMassRemoval } from './mass-change.ts'
import { parseFeed } from './parse-feed.ts'

test('CSV: rows of a person become one record, in the order of the feed', () => {
  const text =
    '\uFEFFperson,course,valid_until,grade\r\nada,"secure, twice",2027-01-01,A\r\n\r\nben,first aid,,\r\nada,first aid,,B\r\n'
  expect(parseFeed('training', 'csv', text)).toEqual({
    ok: true,
    value: {
      asOf: null,
      records: [
        {
          key: 'ada',
          value: {
            courses: [
              { course: 'secure, twice', valid_until: '2027-01-01' },
              { course: 'first aid', valid_until: null },
            ],
          },
        },
        { key: 'ben', value: { courses: [{ course: 'first aid', valid_until: null }] } },
      ],
    },
  })
})

test('JSON says when it was written; lists, numbers and yes or no are told as they are', () => {
  const row = {
    ...{ code: 'CC-1', tenant: 'payments', name: 'Run', chargeable: true, open_from: '2024-01-01' },
    ...{ closes_on: null, teams: ['a', 'b'], budget_left: 12.5 },
  }
  const text = JSON.stringify({ asOf: '2026-11-27T03:00:00+01:00', rows: [row] })
  expect(parseFeed('finance', 'json', text)).toEqual({
    ok: true,
    value: {
      asOf: new Date('2026-11-27T02:00:00Z'),
      records: [
        {
          key: 'CC-1',
          value: {
            ...{ tenant: 'payments', name: 'Run', chargeable: true, open_from: '2024-01-01' },
            ...{ closes_on: null, teams: ['a', 'b'], budget_left: 12.5 },
          },
        },
      ],
    },
  })
})

test.each([
  [
    'training',
    'ada,secure,31.12.2027',
    'row 1 of the feed cannot be read; valid_until: a day is YYYY-MM-DD, or empty',
  ],
  ['training', 'ada,,2027-01-01', 'row 1 of the feed cannot be read; course: is empty'],
  [
    'training',
    'ada,secure,2027-02-30',
    'row 1 of the feed cannot be read; valid_until: a day is YYYY-MM-DD, or empty',
  ],
])('%s: one unreadable row %s is the trouble of its key alone', (kind, line, trouble) => {
  const text = `person,course,valid_until\n${line}\nben,secure,\n`
  const read = parseFeed(kind as 'training', 'csv', text)
  expect(read.ok && read.value.records).toEqual([
    { key: 'ada', trouble: expect.stringContaining(trouble) },
    { key: 'ben', value: { courses: [{ course: 'secure', valid_until: null }] } },
  ])
})

test('the row that cannot be read is named, not the first of its key', () => {
  const text = 'person,course,valid_until\nada,a,\nben,b,\nada,c,soon\n'
  const read = parseFeed('training', 'csv', text)
  expect(read.ok && read.value.records[0]).toEqual({
    ...{ key: 'ada', trouble: expect.stringContaining('row 3 of the feed') },
  })
})

test.each([
  ['prices', 'csv', 'size,monthly\n', /there is no row/],
  ['prices', 'csv', '', /names no column size, monthly/],
  ['prices', 'csv', 'size,month\nsmall,3\n', /names no column monthly/],
  ['prices', 'csv', 'size,monthly\nsmall,3\nsmall,4\n', /rows 1 and 2 are both about small/],
  ['prices', 'csv', 'size,monthly\nsmall,3\n,4\n', /row 2 has no size/],
  ['prices', 'csv', 'size,monthly\nsmall,3,4\n', /Invalid Record Length/],
  ['prices', 'csv', 'size,monthly\n"small,3\n', /Quote Not Closed/],
  ['prices', 'csv', '<html>Please sign in</html>', /names no column/],
  ['prices', 'json', '<html>Please sign in</html>', /no JSON/],
  ['prices', 'json', '{"rows": []}', /neither a list of rows/],
  ['prices', 'json', '[]', /there is no row/],
  ['prices', 'json', '[{"size": {"a": 1}, "monthly": 2}]', /neither a list of rows/],
  ['oncall', 'json', '[{"team": "a\\u0000b", "rota": "r", "on_duty": []}]', /row 1 has no team/],
] as const)('%s as %s: %s is refused as a whole', (kind, format, text, problem) => {
  const read = parseFeed(kind, format, text)
  expect(read.ok ? [] : read.error.problems.join('; ')).toMatch(problem)
})

test.each(['\u0000', '\ud800'])('what no database keeps is the trouble of its key: %j', (mark) => {
  const rows = [
    { person: 'ada', course: `a${mark}`, valid_until: '' },
    { person: 'ben', course: 'b', valid_until: '' },
  ]
  const read = parseFeed('training', 'json', JSON.stringify(rows))
  expect(read.ok && read.value.records).toEqual([
    { key: 'ada', trouble: expect.stringContaining('cannot be kept') },
    { key: 'ben', value: { courses: [{ course: 'b', valid_until: null }] } },
  ])
  const keyed = parseFeed('training', 'json', JSON.stringify([{ ...rows[1], person: `x${mark}` }]))
  expect(keyed.ok ? [] : keyed.error.problems).toEqual(['row 1 has no person'])
})

test.each(['', '5', '1.0', 'secret'])('a class of data that says %j is trouble', (data_class) => {
  const rows = [{ person: 'ada', data_class, valid_until: '' }]
  const read = parseFeed('clearance', 'json', JSON.stringify(rows))
  expect(read.ok && read.value.records).toEqual([
    { key: 'ada', trouble: expect.stringContaining('a class is 0 to 4') },
  ])
})

test('at most five problems are told, and how many more there are', () => {
  const text = `size,monthly\n${',1\n'.repeat(9)}`
  const read = parseFeed('prices', 'csv', text)
  expect(read.ok ? [] : read.error.problems).toHaveLength(6)
  expect(read.ok ? '' : read.error.problems[5]).toBe('and 4 more')
})

const Word = fc
  .stringMatching(/^[A-Za-z0-9 ,"'\-éü]{1,20}$/)
  .map((word) => word.trim())
  .filter((word) => word !== '' && !/^[=+\-@']/.test(word))
const Course = fc.record({
  person: Word,
  course: Word,
  valid_until: fc.constantFrom('', '2027-01-01', '2024-02-29'),
})

test('what was written as CSV is read as what was written as JSON', () => {
  fc.assert(
    fc.property(fc.array(Course, { minLength: 1, maxLength: 20 }), (rows) => {
      const columns = ['person', 'course', 'valid_until'] as const
      const text = csv(
        columns,
        rows.map((row) => columns.map((column) => row[column])),
      )
      expect(parseFeed('training', 'csv', text)).toEqual(
        parseFeed('training', 'json', JSON.stringify(rows)),
      )
    }),
  )
})

test('whatever comes, a feed is read or refused, and nothing is thrown', () => {
  const kinds = fc.constantFrom('training' as const, 'finance' as const, 'oncall' as const)
  const formats = fc.constantFrom('csv' as const, 'json' as const)
  fc.assert(
    fc.property(
      kinds,
      formats,
      fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      (kind, format, text) => {
        const read = parseFeed(kind, format, text)
        expect(read.ok ? read.value.records.length : read.error.problems.length).toBeGreaterThan(0)
      },
    ),
  )
})

test.each([
  [0, 0, 0, false],
  [0, 10, 0, false],
  [1, 10, 0, true],
  [2, 10, 20, false],
  [3, 10, 20, true],
  [10, 10, 100, false],
])('%i of %i gone, at most %i percent: held %s', (removed, of, percent, held) => {
  expect(isMassRemoval({ removed, of }, percent)).toBe(held)
})
