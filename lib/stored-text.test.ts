import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isStorable, StoredObject, storedText, unstorableAt } from './stored-text.ts'

/** Any sequence of UTF-16 units, NUL and halves of pairs among them more often than by chance. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom(0, 0xd83d, 0xde00, 0x61), fc.nat(0xffff)), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units))

test('text can be stored exactly when it survives UTF-8 and holds no NUL', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const survives = new TextDecoder().decode(new TextEncoder().encode(`.${text}`)) === `.${text}`
      expect(isStorable(text)).toBe(survives && !text.includes('\0'))
    }),
  )
})

test.each([
  ['a NUL', 'a\0b'],
  ['the first half of a pair', '\ud83d'],
  ['the second half of a pair', '\ude00x'],
  ['more than it may hold', 'x'.repeat(11)],
])('a text with %s is refused', (_, text) => {
  expect(storedText(10).safeParse(text).success).toBe(false)
})

test('a whole pair is text like any other', () => {
  expect(storedText(10).parse('😀 ünï')).toBe('😀 ünï')
})

const circle: Record<string, unknown> = {}
circle.self = circle

test.each([
  ['a text deep inside', { a: [{ b: '\0' }] }, 'a.0.b'],
  ['a key', { a: { '\ud83d': 1 } }, 'a'],
  ['a value that contains itself', circle, Array.from({ length: 20 }, () => 'self').join('.')],
  ['what is no JSON', { a: 1n }, 'a'],
])('%s is found, with its place', (_, value, place) => {
  expect(unstorableAt(value)).toBe(place)
  expect(StoredObject.safeParse(value).success).toBe(false)
})

test('JSON without such things is taken as it is', () => {
  const value = { a: [1, null, true, { b: 'ü' }], c: undefined }
  expect(StoredObject.parse(value)).toEqual(value)
})
