import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ExportGround, exportGround } from '#lib/testing/audit-export.ts'
import { freePort, startWorker, until } from '#lib/testing/real-parts.ts'
import { SIEM_KEY, SIEM_TOKEN } from '#lib/testing/siem.ts'
import type { Viewer } from '#lib/viewer.ts'
import { RegisterDestination } from './destination.schema.ts'
import { exportChains } from './export-chains.ts'
import { actOnDestination, registerDestination, testDestination } from './register-destination.ts'
import { sendTest } from './send-test.ts'

let ground: ExportGround
let grace: Viewer
const reason = 'the SIEM is moved'

beforeAll(async () => {
  ground = await exportGround()
  grace = await ground.organisation.viewer('grace.kim')
})
beforeEach(() => ground.siem.faults([]))
afterAll(() => ground?.close())

const act = (destinationId: string, what: 'pause' | 'resume' | 'remove') =>
  actOnDestination(ground.organisation.platform, grace, { destinationId, act: what, reason })

function input(differs: Partial<RegisterDestination> = {}): RegisterDestination {
  const { endpoint, caPem } = ground.siem.access('https')
  return {
    ...{ name: 'the SIEM', format: 'jsonl', transport: 'https', endpoint, caPem: caPem ?? '' },
    ...{ covers: '', token: SIEM_TOKEN, signingKey: SIEM_KEY },
    ...differs,
  }
}

test('secrets are sealed: not in a row as they are, not readable by web, opened by the worker alone, revoked with the destination', async () => {
  const id = await ground.register('https')
  const rows = await ground.sql<{ id: string; sealed: Buffer; revoked: boolean }>(
    `select s.id, s.sealed, s.revoked_at is not null as revoked from secret s join audit_destination d on s.id in (d.token_id, d.signing_id) where d.id = $1`,
    [id],
  )
  expect(rows.map(({ revoked }) => revoked)).toEqual([false, false])
  for (const { sealed } of rows)
    for (const secret of [SIEM_TOKEN, SIEM_KEY]) expect(sealed.includes(secret)).toBe(false)
  const { platform } = ground.organisation
  await expect(
    platform.read(grace, (tx) => tx.$queryRaw`select sealed from secret`),
  ).rejects.toThrow(/permission denied/)
  const told = await ground.sql<{ body: string }>(
    `select b.body from audit_payload b union all select image::text from row_history`,
  )
  expect(told.filter(({ body }) => body.includes(SIEM_TOKEN))).toEqual([])
  expect(await act(id, 'remove')).toMatchObject({ ok: true })
  const left = await ground.sql('select from secret where id = any($1) and revoked_at is null', [
    rows.map((row) => row.id),
  ])
  expect(left).toEqual([])
  expect(await act(id, 'pause')).toMatchObject({ error: { code: 'destination_not_found' } })
})

test('paused, nothing is sent; resumed, it goes on where it was; each act is in the audit, with its reason', async () => {
  const id = await ground.register('https', { covers: 'lending' })
  await ground.append('lending', 2)
  await ground.drain(id)
  const before = await ground.count()
  expect(await act(id, 'pause')).toMatchObject({ ok: true, value: { state: 'paused' } })
  expect(await act(id, 'pause')).toMatchObject({ error: { code: 'destination_state' } })
  await ground.append('lending', 2)
  await ground.drain(id)
  expect(await ground.count()).toBe(before)
  expect(await act(id, 'resume')).toMatchObject({ ok: true })
  await ground.drain(id)
  const head = await ground.headOf('lending')
  expect((await ground.since(before)).map(({ seq }) => seq)).toEqual([head - 1, head])
  const acts = await ground.sql<{ action: string; body: string }>(
    `select e.action, b.body from audit_event e join audit_payload b using (tenant_id, seq) where e.subject = $1 order by e.seq`,
    [id],
  )
  expect(acts.map(({ action }) => action)).toEqual([
    ...['destination.registered', 'destination.paused', 'destination.resumed'],
  ])
  expect(acts[1]?.body).toContain(reason)
})

test('paused in the middle of an export, it stops behind the batch in hand', async () => {
  const id = await ground.register('https', { covers: 'payments' })
  await ground.append('payments', 20)
  const { receivers } = ground.platform
  const pausing = {
    ...ground.platform,
    receivers: {
      dial: (access: Parameters<typeof receivers.dial>[0]) => ({
        async send(batch: Parameters<ReturnType<typeof receivers.dial>['send']>[0]) {
          const receipt = await receivers.dial(access).send(batch)
          await act(id, 'pause')
          return receipt
        },
      }),
    },
  }
  const limits = { events: 5, bytes: 1_000_000, leaseSeconds: 30, workMs: 60_000 }
  await exportChains(pausing, id, limits)
  expect(await ground.cursors(id)).toMatchObject([{ chain: 'payments', seq: 5 }])
})

test('a test says what came back, and counts as no event', async () => {
  const id = await ground.register('https')
  const ask = () => testDestination(ground.organisation.platform, grace, { destinationId: id })
  const said = () =>
    ground.sql<{ ok: boolean; said: string }>(
      'select test_ok as ok, test_said as said from audit_exporter where destination_id = $1',
      [id],
    )
  expect(await ask()).toMatchObject({ ok: true })
  const before = await ground.count()
  await sendTest(ground.platform, id)
  expect(await said()).toEqual([{ ok: true, said: '200: 1 taken' }])
  const [sent] = await ground.since(before)
  expect([sent?.seq, JSON.parse(sent?.text ?? '').test]).toEqual([null, true])
  await sendTest(ground.platform, id)
  expect(await ground.count()).toBe(before + 1)
  await ground.siem.faults([{ kind: 'error', times: 1 }])
  await ask()
  await sendTest(ground.platform, id)
  expect(await said()).toEqual([{ ok: false, said: '500: the index is not there' }])
})

test.each([
  [{ endpoint: 'https://elsewhere.example/x' }, 'endpoint_not_allowed'],
  [{ caPem: 'no certificate' }, 'certificate_unreadable'],
  [{ covers: 'nobody' }, 'tenant_unknown'],
])('%o is refused: %s, and nothing is stored', async (differs, code) => {
  const count = () => ground.sql('select from audit_destination')
  const before = (await count()).length
  const { platform } = ground.organisation
  expect(await registerDestination(platform, grace, input(differs))).toMatchObject({
    error: { code },
  })
  expect(await count()).toHaveLength(before)
})

test('a name is taken while its destination is there', async () => {
  const { platform } = ground.organisation
  const made = await registerDestination(platform, grace, input())
  expect(await registerDestination(platform, grace, input({ name: 'The siem' }))).toMatchObject({
    error: { code: 'destination_name_taken' },
  })
  if (made.ok) await act(made.value.destinationId, 'remove')
  expect((await registerDestination(platform, grace, input())).ok).toBe(true)
})

test.each([
  [{ endpoint: 'http://siem.bank.example' }, 'endpoint'],
  [{ endpoint: 'https://user:word@siem.bank.example' }, 'endpoint'],
  [{ transport: 'syslog_tls', endpoint: 'syslogs://siem.bank.example' }, 'endpoint'],
  [{ transport: 'syslog_tcp', endpoint: 'syslog://siem:601', signingKey: '' }, 'token'],
  [{ token: 'two words' }, 'token'],
  [{ token: 'a\r\nb: c' }, 'token'],
  [{ signingKey: 'short' }, 'signingKey'],
  [{ format: 'leef' }, 'format'],
])('%o is malformed at %s', (differs, field) => {
  const read = RegisterDestination.safeParse({ ...input(), ...differs })
  expect(read.error?.issues.map(({ path }) => path[0])).toContain(field)
})

test('a worker killed in the middle: the next goes on; repeats there may be, a gap there is none', async () => {
  const needs = { organisation: ground.organisation, gitUrl: 'http://127.0.0.1:1' }
  const smtpPort = await freePort()
  const others = await ground.sql<{ id: string }>(
    `select id from audit_destination where state = 'active'`,
  )
  for (const other of others) await act(other.id, 'remove')
  await ground.append('payments', 1500)
  const head = await ground.headOf('payments')
  await ground.siem.faults([{ kind: 'slow', ms: 400 }])
  const before = await ground.count()
  const id = await ground.register('https', { covers: 'payments' })
  const sent = async () => (await ground.cursors(id))[0]?.sent ?? 0
  const first = await startWorker({ ...needs, smtpPort })
  try {
    await until('a batch was acknowledged', 60, async () => (await sent()) > 0)
  } finally {
    await first.kill()
  }
  expect(await sent()).toBeLessThan(head)
  await ground.siem.faults([])
  await ground.due(id)
  const second = await startWorker({ ...needs, smtpPort })
  try {
    await until('everything was acknowledged', 90, async () => (await sent()) >= head)
    const firsts = [...new Set((await ground.since(before)).map(({ seq }) => seq))]
    expect(firsts).toEqual(Array.from({ length: head }, (_, place) => place + 1))
  } finally {
    await second.kill()
  }
})
