import { expect, test } from 'vitest'
import { asAdapterError } from './errors.ts'

const NOW = 'Wed, 25 Nov 2026 04:00:00 GMT'
const EPOCH = Date.parse(NOW) / 1000
/** Another clock than that of this machine: waits are counted by the host's. */
const ON_EVERY_ANSWER = {
  date: NOW,
  'x-ratelimit-remaining': '4999',
  'x-ratelimit-reset': String(EPOCH + 3000),
}
const NONE_LEFT = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(EPOCH + 90) }
const SECONDARY =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'

function told(status: number, headers: Record<string, string> = {}, message = 'said') {
  const answer = { headers: { ...ON_EVERY_ANSWER, ...headers }, data: { message } }
  const { reason, retryable, retryAfterMs } = asAdapterError('write tree', {
    status,
    message,
    response: answer,
  })
  return { reason, retryable, retryAfterMs }
}

test.each([
  ['403 with none left: until the reset', told(403, NONE_LEFT), 90_000],
  ['429 with none left: until the reset', told(429, NONE_LEFT), 90_000],
  ['403 with retry-after: as long as it says', told(403, { 'retry-after': '7' }), 7000],
  ['429 with retry-after: as long as it says', told(429, { 'retry-after': '7' }), 7000],
  [
    'retry-after before the reset of the primary limit',
    told(429, { ...NONE_LEFT, 'retry-after': '7' }),
    7000,
  ],
  ['retry-after as a time', told(429, { 'retry-after': 'Wed, 25 Nov 2026 04:00:30 GMT' }), 30_000],
  [
    'a secondary limit as 403 without a header of its own: a minute',
    told(403, {}, SECONDARY),
    60_000,
  ],
  [
    'a secondary limit as 429 without a header of its own: a minute',
    told(429, {}, SECONDARY),
    60_000,
  ],
  [
    'a reset that is past: a second',
    told(403, { ...NONE_LEFT, 'x-ratelimit-reset': String(EPOCH - 5) }),
    1000,
  ],
  [
    'a reset far away: an hour',
    told(403, { ...NONE_LEFT, 'x-ratelimit-reset': String(EPOCH + 99_999) }),
    3_600_000,
  ],
])('a limit, %s', (_, error, retryAfterMs) => {
  expect(error).toEqual({ reason: 'rate_limited', retryable: true, retryAfterMs })
})

test.each([
  [401, 'unauthorised', false],
  [403, 'forbidden', false],
  [404, 'not_found', false],
  [409, 'conflict', true],
  [410, 'invalid', false],
  [422, 'invalid', false],
  [500, 'server_error', true],
  [502, 'server_error', true],
] as const)('an answer %i is %s; a repeat may help: %s', (status, reason, retryable) => {
  expect(told(status)).toEqual({ reason, retryable, retryAfterMs: undefined })
})

test('an outage that says how long it lasts is waited for', () => {
  expect(told(503, { 'retry-after': '120' })).toEqual({
    reason: 'server_error',
    retryable: true,
    retryAfterMs: 120_000,
  })
})

test('what the host said is kept as one line, with every complaint', () => {
  const data = { message: 'Validation Failed', errors: [{ message: 'name is taken' }, {}] }
  const error = asAdapterError('create repository', {
    status: 422,
    response: { headers: {}, data },
  })
  expect(error.detail).toBe('Validation Failed: name is taken')
})

test.each([
  ['ECONNREFUSED', 'unreachable'],
  ['The operation was aborted due to timeout', 'timeout'],
])('no answer at all, because of %s, is %s', (message, reason) => {
  expect(asAdapterError('read branch', { status: 500, message })).toMatchObject({
    reason,
    retryable: true,
    status: undefined,
  })
})
