import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readChannel } from '#lib/notices/chat-queries.ts'
import { deliver } from '#lib/onboarding/deliver.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { type StandInChat, startChat } from '#lib/testing/chat.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { sendChat } from './deliver-chat.ts'
import { sendChatTest } from './send-chat-test.ts'
import type { SetChat } from './set-chat.schema.ts'
import { setChat, testChat } from './set-chat.ts'

let at: TestChanges
let chat: StandInChat
let worker: InProcessWorker
let tenantId: string

beforeAll(async () => {
  at = await testChanges()
  chat = await startChat()
  worker = inProcessWorker(at.organisation)
  const [row] = await at.rows<{ id: string }>(`select id from tenant where slug = 'payments'`)
  tenantId = row?.id ?? ''
})
beforeEach(async () => {
  await chat.faults()
  await at.rows(`update delivery set state = 'dead' where channel = 'chat' and state = 'pending'`)
})
afterAll(async () => {
  await worker?.close()
  await chat?.stop()
  await at?.close()
})

const set = (differs: Partial<SetChat> = {}) =>
  setChat(at.organisation.platform, at.viewers.grace, {
    ...{ tenant: 'payments', state: 'on', kind: 'slack', address: chat.slack },
    ...{ groups: ['approvals', 'outcomes'], reason: 'the desk reads it there', ...differs },
  })
const pending = async () =>
  (
    await at.rows<{ id: string }>(
      `select id::text as id from delivery where channel = 'chat' and state = 'pending' order by id`,
    )
  ).map(({ id }) => id)
/** By the outbox's line to the chats' own, and there. */
const send = async (id: string) => {
  await deliver(worker.platform, id)
  await sendChat(worker.platform, id)
}
const view = () => readChannel(at.organisation.platform, at.viewers.grace, 'payments')
/** No wait of an earlier test stands in the way. */
const rested = () => at.rows(`update chat_line set next_attempt_at = clock_timestamp()`)
const lineOf = async () => {
  const [line] = await at.rows<{ seconds: number; failures: number; trouble: string | null }>(
    `select extract(epoch from next_attempt_at - clock_timestamp())::float8 as seconds, failures, trouble from chat_line where tenant_id = $1`,
    tenantId,
  )
  return line
}

test('the mails’ line hands a message on, and posts nothing itself', async () => {
  await set()
  await at.submitted('handed-on')
  const [id = ''] = await pending()
  const before = await chat.posts()
  await deliver(worker.platform, id)
  expect(await chat.posts()).toBe(before)
  const jobs = await at.rows(
    `select from pgboss.job where name = 'chat.send' and state = 'created' and data->>'deliveryId' = $1`,
    id,
  )
  expect(jobs).toHaveLength(1)
})

test('it is the channel that is waited for longer each time, whatever it asks for, and whichever message it refused', async () => {
  await set()
  await chat.faults({ kind: 429, retryAfter: '0', times: 3 }, { kind: 503, retryAfter: '50' })
  const waited: number[] = []
  for (const name of ['longer-1', 'longer-2', 'longer-3', 'longer-4']) {
    await at.submitted(name)
    const [id = ''] = (await pending()).slice(-1)
    await rested()
    await send(id)
    waited.push(Math.round((await lineOf())?.seconds ?? 0))
  }
  expect(waited).toEqual([2, 4, 8, 50])
  await chat.faults()
  await rested()
  const [id = ''] = await pending()
  await send(id)
  expect(await lineOf()).toMatchObject({ failures: 0, trouble: null })
})

test('a message that waited for hours is lost, and told to nobody any more', async () => {
  await set()
  await at.submitted('too-old')
  const [id = ''] = await pending()
  await at.rows(
    `update chat_line set next_attempt_at = clock_timestamp() + interval '1 hour' where tenant_id = $1`,
    tenantId,
  )
  await send(id)
  expect(await pending()).toEqual([id])
  await at.rows(
    `update delivery set created_at = created_at - interval '7 hours' where id = $1::bigint`,
    id,
  )
  const before = await chat.posts()
  await send(id)
  expect([await pending(), await chat.posts()]).toEqual([[], before])
  expect((await view())?.line?.lost).toBe(1)
})

test('what an address that was replaced says holds up nothing, and passes no test', async () => {
  await set()
  await at.submitted('replaced')
  const [id = ''] = await pending()
  const { chats } = worker.platform
  const slow: typeof chats = {
    dial: (access) => ({
      async post(body) {
        await set({ address: `${chat.slack}` })
        await chats.dial(access).post(body)
      },
    }),
  }
  await chat.faults({ kind: 429, retryAfter: '3000', times: 1 })
  await sendChat({ ...worker.platform, chats: slow }, id)
  expect(await lineOf()).toMatchObject({ failures: 0, trouble: null })
  await chat.faults({ kind: 410, times: 1 })
  await sendChat({ ...worker.platform, chats: slow }, id)
  expect([await pending(), (await view())?.line?.broken]).toEqual([[id], null])
  await send(id)
  expect(await pending()).toEqual([])
  await testChat(at.organisation.platform, at.viewers.grace, { tenant: 'payments' })
  await sendChatTest({ ...worker.platform, chats: slow }, tenantId)
  expect((await view())?.line?.test).toBeNull()
})

test('a tenant that was retired is told nothing more', async () => {
  await set()
  await at.submitted('retired')
  const [id = ''] = await pending()
  await at.rows(`update tenant set state = 'retired' where id = $1`, tenantId)
  const before = await chat.posts()
  await send(id)
  expect([await pending(), await chat.posts()]).toEqual([[], before])
  await at.rows(`update tenant set state = 'active' where id = $1`, tenantId)
})
