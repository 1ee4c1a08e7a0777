import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { firstBreak } from '#lib/audit/store.ts'
import { type ExportGround, exportGround, withReceiver } from '#lib/testing/audit-export.ts'
import { exportChains } from './export-chains.ts'

const TRANSPORTS = ['https', 'syslog_tls', 'syslog_tcp'] as const
const FORMATS = ['jsonl', 'ocsf', 'cef'] as const
const LIMITS = { events: 5, bytes: 1_000_000, leaseSeconds: 30, workMs: 60_000 }

let ground: ExportGround

beforeAll(async () => {
  ground = await exportGround()
  await ground.append('payments', 12)
  await ground.append('lending', 3)
})
beforeEach(() => ground.siem.faults([]))
afterAll(() => ground?.close())

test.each(FORMATS.flatMap((format) => TRANSPORTS.map((transport) => [format, transport] as const)))(
  '%s by %s: every event of every chain arrives once, in order, with number and hashes',
  async (format, transport) => {
    const before = await ground.count()
    const id = await ground.register(transport, { format })
    await ground.drain(id)
    const arrived = await ground.since(before)
    for (const slug of ['payments', 'lending', 'platform']) {
      const chain = await ground.tenant(slug)
      const own = arrived.filter(({ tenant }) => tenant === chain)
      expect(own.map(({ seq }) => seq)).toEqual(
        Array.from({ length: await ground.headOf(slug) }, (_, place) => place + 1),
      )
      for (const [place, { prev }] of own.entries())
        if (place > 0) expect(prev).toBe(own[place - 1]?.hash)
    }
    await ground.due(id)
    await exportChains(ground.platform, id)
    expect(await ground.count()).toBe(before + arrived.length)
  },
)

test('a destination that covers one tenant gets that chain and no other', async () => {
  const before = await ground.count()
  const id = await ground.register('https', { covers: 'lending' })
  await ground.drain(id)
  const tenants = new Set((await ground.since(before)).map(({ tenant }) => tenant))
  expect([...tenants]).toEqual([await ground.tenant('lending')])
})

test('busy with Retry-After: it waits so long and sends nothing before; then it goes on', async () => {
  const id = await ground.register('https', { covers: 'payments' })
  await ground.siem.faults([{ kind: 'busy', afterSeconds: 900, times: 1 }])
  const before = await ground.count()
  await exportChains(ground.platform, id)
  const [row] = await ground.sql<{ wait: number; trouble: string }>(
    'select extract(epoch from next_attempt_at - now())::float8 as wait, trouble from audit_exporter where destination_id = $1',
    [id],
  )
  expect(row?.wait).toBeGreaterThan(300)
  expect(row?.trouble).toBe('429: too many events')
  await exportChains(ground.platform, id)
  expect(await ground.count()).toBe(before)
  await ground.drain(id)
  expect(await ground.count()).toBe(before + (await ground.headOf('payments')))
})

test('an event that the receiver refuses stops its chain there, in the receiver’s words; the others go on; nothing is left out after', async () => {
  const id = await ground.register('https')
  const payments = await ground.tenant('payments')
  const [{ hash } = { hash: '' }] = await ground.sql<{ hash: string }>(
    `select encode(hash, 'hex') as hash from audit_event where tenant_id = $1 and seq = 7`,
    [payments],
  )
  await ground.siem.faults([{ kind: 'refuse', text: `"hash":"${hash}"` }])
  const before = await ground.count()
  await ground.drain(id)
  const cursors = await ground.cursors(id)
  expect(cursors.find(({ chain }) => chain === 'payments')).toEqual({
    chain: 'payments',
    seq: 6,
    sent: 6,
    why: 'refused',
    at: 7,
    said: expect.stringContaining('400: cannot parse an event with'),
  })
  expect(cursors.find(({ chain }) => chain === 'lending')).toMatchObject({
    seq: await ground.headOf('lending'),
    why: null,
  })
  const stopped = await ground.sql(
    `select from audit_event where action = 'destination.stopped' and subject = $1`,
    [id],
  )
  expect(stopped).toHaveLength(1)

  await ground.siem.faults([])
  await ground.sql(
    'update audit_cursor set stopped_at = null, stopped_seq = null, stopped_why = null, stopped_said = null where destination_id = $1',
    [id],
  )
  await ground.drain(id)
  const own = (await ground.since(before)).filter(({ tenant }) => tenant === payments)
  expect([...new Set(own.map(({ seq }) => seq))]).toEqual(
    Array.from({ length: await ground.headOf('payments') }, (_, place) => place + 1),
  )
})

const off = ['audit_payload', 'audit_event', 'audit_head'].map(
  (table) => `alter table ${table} disable trigger all;`,
)
const on = off.map((text) => text.replace('disable', 'enable'))

test.each([
  ['what was recorded is altered', `update audit_payload set body = '{}' where $own`, 9, /altered/],
  [
    'an event is gone',
    'delete from audit_payload where $own; delete from audit_event where $own',
    9,
    /event 9 is missing/,
  ],
  ['the link is another', `update audit_event set prev = sha256('x') where $own`, 9, /event 8/],
  ['an actor is another', `update audit_event set actor = 'sys:else' where $own`, 9, /altered/],
])('where %s, the export stops in front of it, and says so', async (_, sql, seq, said) => {
  await ground.append('lending', Math.max(0, 12 - (await ground.headOf('lending'))))
  const chain = await ground.tenant('lending')
  const id = await ground.register('https', { covers: 'lending' })
  const kept = await ground.sql<object>('select * from audit_event where tenant_id = $1', [chain])
  const own = `tenant_id = '${chain}' and seq = ${seq}`
  const backup = `create table kept_event as select * from audit_event where ${own}; create table kept_payload as select * from audit_payload where ${own};`
  await ground.sql(`${backup}${off.join('')}${sql.replaceAll('$own', own)};${on.join('')}`)
  const before = await ground.count()
  try {
    await ground.drain(id)
    expect(await ground.cursors(id)).toEqual([
      {
        chain: 'lending',
        seq: 8,
        sent: 8,
        why: 'broken',
        at: seq,
        said: expect.stringMatching(said),
      },
    ])
    expect((await ground.since(before)).map((each) => each.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  } finally {
    await ground.sql(
      `${off.join('')} delete from audit_payload where ${own}; delete from audit_event where ${own};
       insert into audit_event select * from kept_event; insert into audit_payload select * from kept_payload; drop table kept_event, kept_payload; ${on.join('')}`,
    )
  }
  expect(kept).toHaveLength(await ground.headOf('lending'))
  expect(
    await ground.organisation.owner.inContext({ actor: 'sys:test', tenants: [chain] }, (tx) =>
      firstBreak(tx, chain),
    ),
  ).toBeNull()
})

test('a chain that is shorter than what was sent stops the export', async () => {
  const chain = await ground.tenant('lending')
  const id = await ground.register('https', { covers: 'lending' })
  await ground.drain(id)
  const head = await ground.headOf('lending')
  const set = (seq: number) =>
    ground.sql(
      `${off.join('')} update audit_head set seq = ${seq}, hash = (select hash from audit_event where tenant_id = '${chain}' and seq = ${seq}) where tenant_id = '${chain}'; ${on.join('')}`,
    )
  await set(head - 1)
  await ground.drain(id).finally(() => set(head))
  expect(await ground.cursors(id)).toMatchObject([{ why: 'broken', at: head, seq: head }])
})

test('two exporters: the older one moves no cursor once the newer has taken over', async () => {
  const id = await ground.register('https', { covers: 'payments' })
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let reached = () => {}
  const stuck = new Promise<void>((resolve) => {
    reached = resolve
  })
  const slow = withReceiver(ground.platform, async (send) => {
    reached()
    await gate
    return send()
  })
  const older = exportChains(slow, id, LIMITS)
  await stuck
  await exportChains(ground.platform, id, LIMITS)
  expect((await ground.cursors(id))[0]?.sent).toBe(0)
  await ground.drain(id)
  const after = await ground.cursors(id)
  release()
  await older
  expect(await ground.cursors(id)).toEqual(after)
  expect(after).toMatchObject([{ seq: await ground.headOf('payments') }])
})
