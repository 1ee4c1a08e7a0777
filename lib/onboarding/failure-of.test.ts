import { expect, test } from 'vitest'
import { refusalOf, transportError } from '#lib/adapters/kubernetes/errors.ts'
import { targetFailureOf } from './failure-of.ts'

const UNKNOWN_TOKEN = refusalOf('apply Secret', { status: 401, body: { message: 'Unauthorized' } })
const SILENCE = transportError('apply Secret', new TypeError('fetch failed'))
const MISSING_RIGHT = refusalOf('apply Secret', { status: 403, body: { message: 'no' } })
const HALF_AN_HOUR = 1800

test('a cluster that is away is waited for, however often it was tried', () => {
  const waits = targetFailureOf(SILENCE, { attempts: 40, elapsedSeconds: HALF_AN_HOUR - 1 })
  expect(waits).toMatchObject({
    kind: 'wait',
    seconds: 30,
    held: { code: 'unreachable', whose: 'heals_itself' },
  })
  const stops = targetFailureOf(SILENCE, { attempts: 40, elapsedSeconds: HALF_AN_HOUR })
  expect(stops).toMatchObject({ kind: 'stop', trouble: { code: 'unreachable' } })
})

test('what a person at the cluster mends is waited for as long, and only then a retry is asked for', () => {
  const waits = targetFailureOf(UNKNOWN_TOKEN, { attempts: 1, elapsedSeconds: 0 })
  expect(waits).toMatchObject({
    kind: 'wait',
    held: { code: 'unauthorised', whose: 'ours', nextStep: expect.stringMatching(/by itself\.$/) },
  })
  const stops = targetFailureOf(UNKNOWN_TOKEN, { attempts: 1, elapsedSeconds: HALF_AN_HOUR })
  expect(stops).toMatchObject({
    kind: 'stop',
    trouble: { code: 'unauthorised', nextStep: expect.stringMatching(/Then retry\.$/) },
  })
})

test('what waiting does not mend stops at once', () => {
  const stops = targetFailureOf(MISSING_RIGHT, { attempts: 1, elapsedSeconds: 0 })
  expect(stops).toMatchObject({ kind: 'stop', trouble: { code: 'forbidden' } })
})
