import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import { chatBody } from '#lib/notices/chat-format.ts'
import { CHAT_TOKEN, type StandInChat, startChat } from '#lib/testing/chat.ts'
import { freePort } from '#lib/testing/free-port.ts'
import type { Fault } from '#sandbox/chat/fault.ts'
import { createChatDialer } from './webhook.ts'

let chat: StandInChat
const KINDS = ['slack', 'teams'] as const
const MESSAGE = {
  headline: 'CHG-7 waits for approval: <!channel> & [x](https://evil.example) *now*',
  next: 'Whoever is asked opens it.',
  link: 'https://stairway.bank/changes/7',
}

beforeAll(async () => {
  chat = await startChat()
})
beforeEach(() => chat.faults())
afterAll(() => chat?.stop())

const dialer = createChatDialer({ allows: () => true, timeoutMs: 400 })
const post = (kind: (typeof KINDS)[number], address = chat[kind]) =>
  dialer.dial({ kind, address }).post(chatBody(kind, MESSAGE))

/** What went wrong; the address never stands in it. */
async function wrong(kind: (typeof KINDS)[number], fault?: Fault, address?: string) {
  if (fault) await chat.faults(fault)
  const error = await post(kind, address).catch((caught: unknown) => caught)
  if (!(error instanceof AdapterError)) throw new Error(`no refusal but ${String(error)}`)
  for (const text of [error.message, error.detail, JSON.stringify(error), String(error.stack)])
    expect(text).not.toMatch(new RegExp(`${CHAT_TOKEN}|0123456789abcdef|B00000000`))
  return error
}

test.each(KINDS)('%s shows the words as they were written, and the one link', async (kind) => {
  await post(kind)
  const [shown] = await chat.messages()
  expect(shown).toMatchObject({ kind, link: MESSAGE.link })
  expect(shown?.lines.map((line) => line.replaceAll('\u2060', ''))).toEqual([
    MESSAGE.headline,
    MESSAGE.next,
  ])
})

test.each([
  [403, 'gone', false],
  [404, 'gone', false],
  [410, 'gone', false],
  [302, 'gone', false],
  ['turned_off', 'gone', false],
  [400, 'invalid', false],
  [500, 'server_error', true],
  [503, 'server_error', true],
  ['cut', 'unreachable', true],
  ['silent', 'unreachable', true],
] as const)('%s is %s for both, and retryable %s', async (fault, reason, retryable) => {
  for (const kind of KINDS) {
    const error = await wrong(kind, { kind: fault })
    expect(error).toMatchObject({ system: 'chat', reason, retryable })
    if (reason === 'gone') expect(error.remedy?.nextStep).toMatch(/enter its address/)
  }
})

test.each([
  ['2', 2000],
  ['999999', 3_600_000],
  ['0', 0],
  ['99999999999999999999', 3_600_000],
  ['Fri, 31 Dec 2100 23:59:59 GMT', 3_600_000],
  ['Fri, 01 Jan 2021 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['2100', 2_100_000],
])('Retry-After %s is kept as %s ms', async (retryAfter, ms) => {
  for (const kind of [429, 503] as const) {
    const error = await wrong('slack', { kind, retryAfter })
    expect(error).toMatchObject({ retryable: true })
    expect(error.retryAfterMs).toBe(ms)
  }
})

test('taken is taken, whatever becomes of the rest of the answer', async () => {
  for (const kind of KINDS) {
    await chat.faults({ kind: 'hanging' })
    await post(kind)
  }
})

test('a silent webhook is given up in time; a wrong token is a webhook that is gone', async () => {
  expect(await wrong('teams', { kind: 'slow', ms: 1500 })).toMatchObject({
    ...{ reason: 'timeout', retryable: true, detail: 'no answer within 0.4 seconds' },
  })
  await chat.faults()
  for (const kind of KINDS) {
    const address = `${chat[kind].slice(0, -1)}x`
    expect(await wrong(kind, undefined, address)).toMatchObject({ reason: 'gone' })
  }
})

test('an address that is not allowed is not called, and nobody there is unreachable', async () => {
  const before = await chat.posts()
  const strict = createChatDialer({ allows: () => false })
  expect(() => strict.dial({ kind: 'slack', address: chat.slack })).toThrow(
    /127\.0\.0\.1:\d+ is not in OUTBOUND_ALLOW$/,
  )
  expect(await chat.posts()).toBe(before)
  const error = await wrong(
    'slack',
    undefined,
    `http://127.0.0.1:${await freePort()}/services/${CHAT_TOKEN}`,
  )
  expect(error).toMatchObject({ reason: 'unreachable', detail: 'no answer: ECONNREFUSED' })
})
