import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutPage, placeToken, readPlace } from './keyset.ts'

test('a place survives the way through a URL', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 3 }),
      (place) => {
        const token = placeToken(place)
        expect(token).toMatch(/^[\w-]*$/)
        if (token.length <= 500) expect(readPlace(token, place.length)).toEqual(place)
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
    expect(readPlace(token, 2)).toBeUndefined()
  }
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
