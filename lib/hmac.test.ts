import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSigned } from './hmac.ts'

const BODY = Buffer.from('{"reason":"ReconciliationSucceeded"}')
const KEY = 'not-a-real-key'

function sign(algorithm: string, key: string, body: Uint8Array): string {
  return `${algorithm}=${createHmac(algorithm, key).update(body).digest('hex')}`
}

test.each(['sha224', 'sha256', 'sha384', 'sha512'])(
  'a body signed with %s is accepted',
  (algorithm) => {
    expect(isSigned(sign(algorithm, KEY, BODY), BODY, [KEY])).toBe(true)
  },
)

test('during a rotation the new and the previous key are both accepted', () => {
  expect(isSigned(sign('sha256', 'previous', BODY), BODY, [KEY, 'previous'])).toBe(true)
})

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another algorithm', sign('sha1', KEY, BODY)],
  ['another key', sign('sha256', 'another', BODY)],
  ['a shortened signature', sign('sha256', KEY, BODY).slice(0, -2)],
  ['upper-case hex', sign('sha256', KEY, BODY).toUpperCase()],
  ['something behind it', `${sign('sha256', KEY, BODY)}, sha256=00`],
  ['a signature of another length', `sha512=${sign('sha256', KEY, BODY).slice(7)}`],
])('%s is refused', (_, header) => {
  expect(isSigned(header, BODY, [KEY])).toBe(false)
})

test('without a key, and with an empty one, nothing is accepted', () => {
  expect(isSigned(sign('sha256', KEY, BODY), BODY, [])).toBe(false)
  expect(isSigned(sign('sha256', '', BODY), BODY, [''])).toBe(false)
})

test('one changed byte of the body is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (body, at) => {
      const header = sign('sha256', KEY, body)
      expect(isSigned(header, body, [KEY])).toBe(true)
      const changed = body.map((byte, index) => (index === at % body.length ? byte ^ 1 : byte))
      expect(isSigned(header, changed, [KEY])).toBe(false)
    }),
  )
})
