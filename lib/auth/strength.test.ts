import fc from 'fast-check'
import { expect, test } from 'vitest'
import { methodsInWords, strengthOf } from './strength.ts'

const STRONG = ['urn:bank:2fa']

test.each([
  ['nothing is said', {}, false],
  ['a password', { amr: ['pwd'] }, false],
  ['a password and a PIN are one kind', { amr: ['pwd', 'pin'] }, false],
  ['a password and a one-time code', { amr: ['pwd', 'otp'] }, true],
  ['a key and a finger', { amr: ['hwk', 'fpt'] }, true],
  ['the provider says so', { amr: ['mfa'] }, true],
  ['two channels are not two factors', { amr: ['pwd', 'mca', 'geo'] }, false],
  ['a class that counts', { acr: 'urn:bank:2fa' }, true],
  ['another class', { acr: 'urn:bank:1fa', amr: ['pwd'] }, false],
  ['a word for the methods in place of a list', { amr: 'mfa' }, false],
  ['names of what every object has', { amr: ['constructor', 'toString', '__proto__'] }, false],
])('more than one factor: %s', (_, claims, multiFactor) => {
  expect(strengthOf(claims, STRONG)).toMatchObject({ multiFactor })
})

test('claims of any shape are read, in bounds, and stored as they are', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (acr, amr) => {
      const read = strengthOf({ acr, amr }, STRONG)
      expect(read.amr.length).toBeLessThanOrEqual(20)
      expect([read.acr ?? '', ...read.amr].every((word) => word.length <= 200)).toBe(true)
      expect(strengthOf({ acr: read.acr, amr: [...read.amr] }, STRONG)).toEqual(read)
    }),
  )
})

test('a sign-in in words', () => {
  expect(methodsInWords({ acr: null, amr: ['pwd', 'otp'] })).toBe('pwd, otp')
  expect(methodsInWords({ acr: 'urn:bank:2fa', amr: [] })).toBe(
    'methods not said (class urn:bank:2fa)',
  )
})
