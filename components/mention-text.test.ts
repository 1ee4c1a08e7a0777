import { expect, test } from 'vitest'
import { stillNamed, typedAt, withIds, withName } from './mention-text.ts'

const BEN = { id: 'usr_ben', label: 'Ben Carter' }
const BENNO = { id: 'usr_benno', label: 'Ben Carter-Lund' }

test.each([
  ['@', null],
  ['@b', { from: 0, name: 'b' }],
  ['hello @Ben Ca', { from: 6, name: 'Ben Ca' }],
  ['hello (@ben.ca', { from: 7, name: 'ben.ca' }],
  ['mail me@bank', null],
  ['@Ben\nyes', null],
  ['@Ben Carter will look at', null],
  ['@José', { from: 0, name: 'José' }],
])('at the end of %j stands %j', (text, typed) => {
  expect(typedAt(text, text.length)).toEqual(typed)
})

test('only what stands before the caret is looked at', () => {
  expect(typedAt('@be then more', 3)).toEqual({ from: 0, name: 'be' })
})

test('a chosen name takes the place of what was typed, with one space after it', () => {
  expect(withName('ask @be', { from: 4, name: 'be' }, 'Ben Carter')).toEqual({
    text: 'ask @Ben Carter ',
    caret: 16,
  })
  expect(withName('ask @be now', { from: 4, name: 'be' }, 'Ben Carter')).toEqual({
    text: 'ask @Ben Carter now',
    caret: 16,
  })
})

test('names become ids, the longer one first, and only where they end', () => {
  expect(withIds('@Ben Carter-Lund, @Ben Carter: @Ben Carters', [BEN, BENNO])).toBe(
    '@{usr_benno}, @{usr_ben}: @Ben Carters',
  )
  expect(withIds('@Ben Carter', [])).toBe('@Ben Carter')
})

test('who was taken out of the text again is not named', () => {
  expect(stillNamed('hello', [BEN])).toEqual([])
  expect(stillNamed('hello @Ben Carter', [BEN])).toEqual([BEN])
})
