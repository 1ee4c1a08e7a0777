import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RECORD_LENGTH, suspendedBy } from './standard-record.ts'

const record = (text: string) => [...text].map((mark) => mark === '+')

test.each([
  ['', undefined],
  ['--', undefined],
  ['---', '3 of its last 3 changes did not succeed'],
  ['+-+-+-', '3 of its last 6 changes did not succeed'],
  ['++++++++--', undefined],
  ['+++++++---', '3 of its last 10 changes did not succeed'],
  ['++++++++--------', undefined],
])('%s: %s', (text, why) => {
  expect(suspendedBy(record(text))).toBe(why)
})

test('what lies further back than the record does not count', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 30 }), fc.array(fc.boolean()), (one, more) => {
      const full = [...one, ...Array.from({ length: RECORD_LENGTH }, () => true)]
      expect(suspendedBy([...full.slice(0, RECORD_LENGTH), ...more])).toBe(
        suspendedBy(full.slice(0, RECORD_LENGTH)),
      )
    }),
  )
})
