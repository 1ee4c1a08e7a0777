import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Batch, ReceiverAccess } from '#lib/ports/audit-receiver.ts'
import { SIEM_TOKEN, type Siem, startSiem } from '#lib/testing/siem.ts'
import { createReceiverDialer } from './dialer.ts'

const TRANSPORTS = ['https', 'syslog_tls', 'syslog_tcp'] as const

let siem: Siem
const dialer = createReceiverDialer({ allows: () => true, timeoutMs: 10_000 })

beforeAll(async () => {
  siem = await startSiem()
})
beforeEach(() => siem.faults([]))
afterAll(() => siem?.stop())

let made = 0
function aBatch(lines = 4): Batch {
  made += 1
  const of = Array.from({ length: lines }, (_, n) =>
    JSON.stringify({ tenant: `t${made}`, seq: n + 1, hash: `h${n + 1}`, prev: `h${n}`, é: '\n' }),
  )
  return { id: `b${made}`, contentType: 'application/x-ndjson', lines: of }
}

const arrived = async (batch: Batch) =>
  (await siem.arrivals()).filter(({ text }) => batch.lines.includes(text)).length

test.each(TRANSPORTS)(
  '%s: a batch is taken whole, and only then acknowledged',
  async (transport) => {
    const batch = aBatch(700)
    const receipt = await dialer.dial(siem.access(transport)).send(batch)
    expect(receipt.outcome).toBe('taken')
    expect(await arrived(batch)).toBe(700)
  },
)

test.each(TRANSPORTS)('%s: cut midway, it is no acknowledgement', async (transport) => {
  await siem.faults([{ kind: 'cut', times: 1 }])
  const receiver = dialer.dial(siem.access(transport))
  const batch = aBatch()
  expect(await receiver.send(batch)).toMatchObject({ outcome: 'later', afterSeconds: null })
  expect(await arrived(batch)).toBe(2)
  expect((await receiver.send(batch)).outcome).toBe('taken')
})

test.each(TRANSPORTS)('%s: kept, but never said so: it is to be sent again', async (transport) => {
  await siem.faults([{ kind: 'silent', times: 1 }])
  const batch = aBatch()
  expect((await dialer.dial(siem.access(transport)).send(batch)).outcome).toBe('later')
  expect(await arrived(batch)).toBe(4)
})

test.each(['https', 'syslog_tls'] as const)(
  '%s: an authority that did not sign is not trusted',
  async (transport) => {
    const batch = aBatch()
    const receipt = await dialer.dial({ ...siem.access(transport), caPem: null }).send(batch)
    expect(receipt).toMatchObject({
      outcome: 'later',
      said: expect.stringMatching(/certificate/i),
    })
    expect(await arrived(batch)).toBe(0)
  },
)

test.each(TRANSPORTS)('%s: slower than allowed, it is to be sent again', async (transport) => {
  await siem.faults([{ kind: 'slow', ms: 60_000, times: 1 }])
  const hasty = createReceiverDialer({ allows: () => true, timeoutMs: 300 })
  const receipt = await hasty.dial(siem.access(transport)).send(aBatch())
  expect(receipt).toMatchObject({
    outcome: 'later',
    said: expect.stringMatching(/within 0\.3 seconds/),
  })
})

test.each(TRANSPORTS)('%s: nobody listens', async (transport) => {
  const endpoint = siem.access(transport).endpoint.replace(/:\d+/, ':1')
  const receipt = await dialer.dial({ ...siem.access(transport), endpoint }).send(aBatch())
  expect(receipt).toMatchObject({
    outcome: 'later',
    said: expect.stringMatching(/ECONNREFUSED/),
  })
})

test.each([
  [{ kind: 'busy', afterSeconds: 7, times: 1 }, { outcome: 'later', afterSeconds: 7 }, /^429: too/],
  [{ kind: 'error', times: 1 }, { outcome: 'later', afterSeconds: null }, /^500: the index/],
  [{ kind: 'refuse', text: 'seq', times: 1 }, { outcome: 'refused' }, /^400: cannot parse/],
] as const)('https: what the receiver answers to %o', async (fault, wanted, said) => {
  await siem.faults([fault])
  const receipt = await dialer.dial(siem.access('https')).send(aBatch())
  expect(receipt).toMatchObject({ ...wanted, said: expect.stringMatching(said) })
})

test('https: a wrong token or signature is told in the receiver’s words, never ours', async () => {
  const send = (differs: Partial<ReceiverAccess>) =>
    dialer.dial({ ...siem.access('https'), ...differs }).send(aBatch())
  expect(await send({ token: 'another' })).toMatchObject({
    outcome: 'later',
    said: '401: unknown token',
  })
  expect(await send({ signingKey: 'another' })).toMatchObject({
    outcome: 'later',
    said: '401: the signature is wrong',
  })
})

test('https: a secret that the receiver says back is not kept', async () => {
  await siem.faults([{ kind: 'refuse', text: SIEM_TOKEN, times: 1 }])
  const lines = [JSON.stringify({ seq: 1, text: SIEM_TOKEN })]
  const batch = { ...aBatch(), lines }
  const receipt = await dialer.dial(siem.access('https')).send(batch)
  expect(receipt.said).toBe('400: cannot parse an event with …')
})

test('what OUTBOUND_ALLOW does not name is not called', () => {
  const closed = createReceiverDialer({ allows: () => false })
  expect(() => closed.dial(siem.access('https'))).toThrow(/not in OUTBOUND_ALLOW/)
})
