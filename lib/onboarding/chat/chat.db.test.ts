import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { readChannel } from '#lib/notices/chat-queries.ts'
import { deliver } from '#lib/onboarding/deliver.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { CHAT_TOKEN, type StandInChat, startChat } from '#lib/testing/chat.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { tell } from '../advance-change.ts'
import { withdrawChange } from '../withdraw-change.ts'
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
const told = async (changeId: string) =>
  (
    await at.rows<{ headline: string; state: string }>(
      `select payload->>'headline' as headline, state from delivery where channel = 'chat' and change_id = $1 order by id`,
      changeId,
    )
  ).map(({ headline, state }) => `${state}: ${headline}`)
/** By the outbox's line to the chats' own, and there. */
const send = async (id: string) => {
  await deliver(worker.platform, id)
  await sendChat(worker.platform, id)
}
const view = () => readChannel(at.organisation.platform, at.viewers.grace, 'payments')
const waits = () =>
  at.rows<{ id: string; seconds: number }>(
    `select data->>'deliveryId' as id, extract(epoch from start_after - created_on)::float8 as seconds from pgboss.job
     where name = 'chat.send' and state = 'created' and start_after > created_on + interval '500 ms'`,
  )
/** No wait of an earlier test stands in the way. */
const rested = () => at.rows(`update chat_line set next_attempt_at = clock_timestamp()`)

test('a channel is told the groups that were chosen, of its own tenant, once however many are told', async () => {
  const before = await at.submitted('before-channel')
  expect(await told(before.changeId)).toEqual([])
  expect(await set()).toMatchObject({ ok: true, value: { state: 'on' } })
  const { changeId, number } = await at.submitted('told-once')
  const people = await at.rows(`select from notice where change_id = $1`, changeId)
  expect(people.length).toBeGreaterThan(1)
  const waiting = `pending: CHG-${number} waits for approval: Onboard told-once`
  expect((await told(changeId)).map((line) => line.replace(/(told-once).*/, '$1'))).toEqual([
    waiting,
  ])
  const change = { id: changeId, number, tenantId, title: 'Onboard told-once' }
  const again = { change, event: 'approval.asked', people: [at.viewers.ben.id] } as const
  await at.organisation.owner.inContext({ actor: 'sys:test', tenants: [tenantId] }, async (tx) => {
    await tell(at.organisation.platform, tx, { ...again, suffix: '1' })
    await tell(at.organisation.platform, tx, { ...again, event: 'change.failed', suffix: '1.1' })
    const own = { ...again, event: 'comment.added', suffix: 'c', by: 'Ada' } as const
    await tell(at.organisation.platform, tx, own)
  })
  expect(await told(changeId)).toHaveLength(1)
  await withdrawChange(at.organisation.platform, at.viewers.ada, { changeId, reason: 'not now' })
  expect(await told(changeId)).toEqual([
    expect.stringContaining('waits for approval'),
    expect.stringContaining('was withdrawn'),
  ])
  for (const id of await pending()) await send(id)
  expect((await chat.messages()).map(({ link }) => link)).toEqual([
    `http://localhost:3000/changes/${number}`,
    `http://localhost:3000/changes/${number}`,
  ])
  expect((await told(changeId)).every((line) => line.startsWith('sent'))).toBe(true)
  for (const [id] of [await pending()]) if (id) await send(id)
  expect(await chat.posts()).toBe(2)
})

test('another tenant’s channel hears nothing of it', async () => {
  await set()
  const other = await set({ tenant: 'lending', kind: 'teams', address: chat.teams })
  expect(other.ok).toBe(true)
  const { changeId } = await at.submitted('of-payments')
  const rows = await at.rows<{ tenant: string }>(
    `select t.slug as tenant from delivery d join tenant t on t.id = d.tenant_id where d.channel = 'chat' and d.change_id = $1`,
    changeId,
  )
  expect(rows).toEqual([{ tenant: 'payments' }])
  await set({ tenant: 'lending', kind: 'teams', address: '', state: 'off', groups: [] })
})

test('the address is sealed and stands nowhere in clear: no row, no history, no audit, no page, no job', async () => {
  await set()
  await set({ kind: 'teams', address: chat.teams })
  expect(await set({ kind: 'slack', address: '' })).toMatchObject({
    error: { code: 'chat_address_missing' },
  })
  await chat.faults({ kind: 403, times: 9 })
  await at.submitted('a-secret')
  for (const id of await pending()) await send(id)
  const tables = await at.rows<{ name: string }>(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`,
  )
  expect(tables.length).toBeGreaterThan(40)
  for (const { name } of tables) {
    const found = await at.rows(
      `select from ${name} x where x::text like '%' || $1 || '%' or x::text like '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%' limit 1`,
      CHAT_TOKEN,
    )
    expect(found, name).toEqual([])
  }
  expect(JSON.stringify(await view())).not.toContain(CHAT_TOKEN)
  const [row] = await at.rows<{ sealed: boolean; live: number }>(
    `select bool_and(length(sealed) > 60) as sealed, count(*) filter (where revoked_at is null)::int as live from secret where tenant_id = $1 and purpose = 'chat'`,
    tenantId,
  )
  expect(row).toEqual({ sealed: true, live: 1 })
})

test('429 is waited for as long as it says, by every message of the tenant; then they go out', async () => {
  await set()
  await chat.faults({ kind: 429, retryAfter: '40', times: 1 })
  await at.submitted('paced-1')
  await at.submitted('paced-2')
  const [first, second] = await pending()
  const before = await chat.posts()
  await deliver(worker.platform, first ?? '')
  // as a worker holds it while it sends
  await at.rows(
    `update pgboss.job set state = 'active', started_on = now() where name = 'chat.send' and data->>'deliveryId' = $1`,
    first,
  )
  await sendChat(worker.platform, first ?? '')
  await send(second ?? '')
  expect(await chat.posts()).toBe(before + 1)
  const later = (await waits()).filter(({ id }) => id === first || id === second)
  expect(later).toHaveLength(2)
  for (const { seconds } of later) expect(seconds).toBeGreaterThan(38)
  for (const { seconds } of later) expect(seconds).toBeLessThan(47)
  expect((await view())?.line?.trouble?.said).toBe('it answered 429: rate_limited')
  await rested()
  await send(first ?? '')
  await send(second ?? '')
  expect(await pending()).toEqual([])
  expect((await view())?.line).toMatchObject({ trouble: null, lost: 0 })
})

test('a lost answer is a repeat, never a loss; a server in trouble is tried again', async () => {
  await set()
  await at.submitted('said-twice')
  const [id = ''] = await pending()
  await chat.faults({ kind: 503, times: 1 })
  await send(id)
  expect(await pending()).toEqual([id])
  await rested()
  await chat.faults({ kind: 'silent', times: 1 })
  const before = (await chat.messages()).length
  await send(id)
  expect(await pending()).toEqual([id])
  await rested()
  await chat.faults()
  await send(id)
  expect(await pending()).toEqual([])
  expect((await chat.messages()).length - before).toBe(2)
})

test.each([403, 404, 410] as const)(
  '%s breaks the channel: nothing more is sent, the page says what to do, and a test mends it',
  async (status) => {
    await set()
    await at.submitted(`broken-${status}-1`)
    await at.submitted(`broken-${status}-2`)
    const [first = '', second = ''] = await pending()
    await chat.faults({ kind: status, times: 1 })
    const before = await chat.posts()
    await send(first)
    await send(second)
    expect(await chat.posts()).toBe(before + 1)
    const shown = await view()
    expect(shown?.line).toMatchObject({ lost: 2, broken: { said: expect.any(String) } })
    expect(shown?.line?.broken?.said).toMatch(
      new RegExp(`^it answered ${status}: \\w+\\. Make a new incoming webhook in Slack`),
    )
    expect(shown?.waiting).toBe(0)
    const [{ n } = { n: 0 }] = await at.rows<{ n: number }>(
      `select count(*)::int as n from audit_event e join audit_payload p using (tenant_id, seq) where e.action = 'chat.broken' and p.body like $1`,
      `%answered ${status}%in Slack%`,
    )
    expect(n).toBe(1)
    expect(
      await testChat(at.organisation.platform, at.viewers.grace, { tenant: 'payments' }),
    ).toMatchObject({ ok: true })
    await sendChatTest(worker.platform, tenantId)
    await sendChatTest(worker.platform, tenantId)
    expect(await chat.posts()).toBe(before + 2)
    expect((await view())?.line).toMatchObject({
      ...{ broken: null, lost: 0, test: { done: true, ok: true } },
    })
  },
)

test('a test that is refused says why, and one refused message does not stop the next', async () => {
  await set({ address: `${chat.slack.slice(0, -1)}x` })
  await testChat(at.organisation.platform, at.viewers.grace, { tenant: 'payments' })
  await sendChatTest(worker.platform, tenantId)
  expect((await view())?.line).toMatchObject({
    test: { ok: false, said: expect.stringMatching(/^it answered 404: no_service\. Make a new/) },
    broken: { said: expect.stringContaining('no_service') },
  })
  await set()
  await at.submitted('refused-one')
  const [id = ''] = await pending()
  await chat.faults({ kind: 400, times: 1 })
  await send(id)
  expect((await view())?.line).toMatchObject({ lost: 1, broken: null })
  await at.submitted('next-one')
  const [next = ''] = await pending()
  await send(next)
  expect((await view())?.line).toMatchObject({ lost: 1, trouble: null })
})

test('turned off, what waits is dropped; an address that may not be called is refused', async () => {
  await set()
  await at.submitted('dropped')
  const ids = await pending()
  await set({ state: 'off', address: '' })
  const before = await chat.posts()
  for (const id of ids) await send(id)
  expect([await chat.posts(), await pending()]).toEqual([before, []])
  const strange = { address: 'https://evil.example/services/x' }
  expect(await set(strange)).toEqual({
    ok: false,
    error: { code: 'endpoint_not_allowed', endpoint: 'https://evil.example' },
  })
})
