import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commentParts, mentionedIn, mentionToken } from './comment-text.ts'

const BEN = 'usr_01ben'
const EVE = 'usr_01eve'

test.each([
  ['nobody at all', []],
  [`@{${BEN}} look`, [BEN]],
  [`ask @{${EVE}}, then @{${BEN}}; @{${EVE}} again`, [EVE, BEN]],
  ['@Ben, @{ben}, @{usr_}, @{usr_A}, {usr_01ben}, @usr_01ben', []],
  [`@@{${BEN}}}`, [BEN]],
  [`@{${BEN}@{${EVE}}`, [EVE]],
])('%j mentions %j', (body, people) => {
  expect(mentionedIn(body)).toEqual(people)
})

test('markup is words', () => {
  expect(commentParts('<b>x</b> [y](javascript:1)')).toEqual([
    { text: '<b>x</b> [y](javascript:1)' },
  ])
})

test('the stretches of any text put together are that text', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(mentionToken(BEN), '@{', '}', '@', 'usr_', mentionToken(EVE), '\n'),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = pieces.join('')
      const parts = commentParts(body)
      const again = parts.map((part) => ('person' in part ? mentionToken(part.person) : part.text))
      expect(again.join('')).toBe(body)
      expect(new Set(mentionedIn(body)).size).toBe(mentionedIn(body).length)
    }),
  )
})
