import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPage, type PlaceColumn, placeToken, readPlace } from './keyset.ts'

const TEXTS = (count: number): PlaceColumn[] => Array.from({ length: count }, () => 'text')

test('a place survives the way through a URL', () => {
  const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'))
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (place) => {
      const token = placeToken(place)
      expect(token).toMatch(/^[\w-]*$/)
      if (token.length <= 500) expect(readPlace(token, TEXTS(place.length))).toEqual(place)
    }),
  )
})

test('every value that a list can end with is read again', () => {
  const time = fc.date({
    min: new Date('0001-01-01'),
    max: new Date('9999-12-31'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(
      time,
      fc.maxSafeInteger(),
      fc.integer({ min: -32_768, max: 32_767 }),
      (at, big, small) => {
        const place = [at.toISOString(), String(big), String(small)]
        expect(readPlace(placeToken(place), ['time', 'bigint', 'smallint'])).toEqual(place)
      },
    ),
  )
})

test('a token that is not ours reads as the beginning', () => {
  for (const token of [
    undefined,
    '',
    'x',
    placeToken(['a']),
    placeToken(['a', 'b', 'c']),
    'ö'.repeat(9),
  ]) {
    expect(readPlace(token, TEXTS(2))).toBeUndefined()
  }
})

test.each([
  ['time', 'x'],
  ['time', '2026-02-30T00:00:00.000Z'],
  ['time', '0000-01-01T00:00:00.000Z'],
  ['time', '2026-11-24'],
  ['time', "now'::text"],
  ['smallint', '32768'],
  ['integer', '2147483648'],
  ['bigint', '9223372036854775808'],
  ['bigint', '99999999999999999999'],
  ['bigint', '1e3'],
  ['integer', ''],
  ['text', 'a\0b'],
] as const)('a %s that says %j reads as the beginning', (column, value) => {
  expect(readPlace(placeToken([value]), [column])).toBeUndefined()
})

test('whatever is forged, what is read has the type that the database will be given', () => {
  const column = fc.constantFrom<PlaceColumn>('text', 'time', 'smallint', 'integer', 'bigint')
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.bigInt().map(String))
  const forged = fc.oneof(
    fc.string(),
    fc.array(value, { maxLength: 3 }).map((place) => placeToken(place as string[])),
  )
  fc.assert(
    fc.property(forged, fc.array(column, { minLength: 1, maxLength: 3 }), (token, columns) => {
      const place = readPlace(token, columns)
      for (const [index, each] of (place ?? []).entries()) {
        expect(each).not.toContain('\0')
        if (columns[index] === 'time') expect(new Date(each).toISOString()).toBe(each)
        else if (columns[index] !== 'text') expect(each).toMatch(/^-?\d{1,19}$/)
      }
    }),
    { numRuns: 500 },
  )
})

const placeOf = (row: string) => [row]

test('a first page has no way back, a full one leads on', () => {
  expect(cutPage(['a', 'b', 'c'], 2, { request: {}, placeOf })).toEqual({
    rows: ['a', 'b'],
    next: placeToken(['b']),
  })
  expect(cutPage(['a', 'b'], 2, { request: {}, placeOf })).toEqual({ rows: ['a', 'b'] })
})

test('a page read backwards stands in reading order and leads both ways', () => {
  const page = cutPage(['c', 'b', 'a'], 2, { request: { before: 'x' }, placeOf })
  expect(page).toEqual({ rows: ['b', 'c'], back: placeToken(['b']), next: placeToken(['c']) })
})
