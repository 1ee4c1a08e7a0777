import { describe, expect, test } from 'vitest'
import { isSigned } from '#lib/hmac.ts'
import { recorded } from './cases/recordings.contract.ts'
import { FluxEvent, isTimely, revisionOf, sameEventText } from './event.ts'

const COMMIT = '4f2a'.repeat(10)

function anEvent(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    involvedObject: {
      kind: 'Kustomization',
      namespace: 'pay-ledger-api-dev',
      name: 'ledger-api',
      uid: '0c2f5d3e-9a53-4a0e-8a8c-5f0e3a4d2b11',
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      resourceVersion: '812',
    },
    severity: 'info',
    timestamp: '2026-11-24T10:00:00Z',
    message: 'Reconciliation finished in 214.5ms, next run in 1h0m0s',
    reason: 'ReconciliationSucceeded',
    metadata: { revision: `main@sha1:${COMMIT}`, commit_status: 'update' },
    reportingController: 'kustomize-controller',
    reportingInstance: 'kustomize-controller-7c7b',
    ...changes,
  }
}

test('an event of notification-controller is read, whatever else Flux adds to it', () => {
  const event = FluxEvent.parse(anEvent({ addedInSomeMinor: true }))
  expect(event.involvedObject.name).toBe('ledger-api')
  expect(revisionOf(event)).toBe(`main@sha1:${COMMIT}`)
})

test('the revision is found with and without the group prefix, and may be missing', () => {
  const prefixed = { 'kustomize.toolkit.fluxcd.io/revision': 'main@sha1:1' }
  expect(revisionOf(FluxEvent.parse(anEvent({ metadata: prefixed })))).toBe('main@sha1:1')
  expect(revisionOf(FluxEvent.parse(anEvent({ metadata: undefined })))).toBeNull()
})

test.each([
  ['no object', { involvedObject: undefined }],
  ['an object without a name', { involvedObject: { kind: 'Kustomization', name: '' } }],
  ['an unknown severity', { severity: 'fatal' }],
  ['no time', { timestamp: 'yesterday' }],
  ['a message above the limit', { message: 'x'.repeat(40_001) }],
  ['metadata that is no map of text', { metadata: { revision: 1 } }],
  ['a NUL, which cannot be stored', { message: 'a\0b' }],
  ['half a surrogate pair', { metadata: { note: '\ud83d' } }],
])('an event with %s is refused', (_, changes) => {
  expect(FluxEvent.safeParse(anEvent(changes)).success).toBe(false)
})

test('only an event of the last day, and at most minutes ahead of our clock, is timely', () => {
  const event = FluxEvent.parse(anEvent())
  const at = (iso: string) => isTimely(event, new Date(iso))
  expect(at('2026-11-24T10:00:01Z')).toBe(true)
  expect(at('2026-11-24T09:56:00Z')).toBe(true)
  expect(at('2026-11-24T09:54:00Z')).toBe(false)
  expect(at('2026-11-25T10:00:01Z')).toBe(false)
})

test('a repeated delivery is the same event; another object, time, revision or message is another', () => {
  const text = (changes: Record<string, unknown> = {}) =>
    sameEventText(FluxEvent.parse(anEvent(changes)))
  expect(text()).toBe(text())
  expect(text({ message: 'Reconciliation finished in 1m3.2s, next run in 1h0m0s' })).toBe(text())
  expect(text({ message: 'Health check passed in 5s' })).not.toBe(text())
  expect(text({ timestamp: '2026-11-24T10:00:01Z' })).not.toBe(text())
  expect(text({ severity: 'error' })).not.toBe(text())
  expect(text({ metadata: { revision: 'main@sha1:0' } })).not.toBe(text())
})

test('facts cannot run into one another to make two events look the same', () => {
  const text = (reason: string, revision: string) =>
    sameEventText(FluxEvent.parse(anEvent({ reason, metadata: { revision } })))
  expect(text('a","b', 'c')).not.toBe(text('a', 'b","c'))
})

type Recorded = { headers: Record<string, string>; body: string }
const DELIVERIES = recorded<Recorded | Recorded[]>('http/generic-hmac').flatMap(([name, entry]) =>
  (Array.isArray(entry) ? entry : [entry]).map((request) => ({ name, request })),
)

describe.skipIf(DELIVERIES.length === 0)('recorded deliveries of real Flux', () => {
  test.each(DELIVERIES)('$name is read and its signature verifies', ({ request }) => {
    const body = Buffer.from(request.body)
    const signature = request.headers['X-Signature']
    expect(isSigned(signature, body, ['not-a-real-key-0000000000000001'])).toBe(true)
    expect(isSigned(signature, body, ['another-key'])).toBe(false)
    const event = FluxEvent.parse(JSON.parse(request.body))
    expect(sameEventText(event)).not.toBe('')
  })
})
