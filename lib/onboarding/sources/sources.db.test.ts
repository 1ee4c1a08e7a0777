import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SourceKind } from '#lib/entitlements/sources/kinds.ts'
import { FEEDS_TOKEN, type Feeds, startFeeds } from '#lib/testing/feeds.ts'
import { type InProcessWorker, inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { acceptRemoval, decideSource, proposeSource, takeSourceAway } from './propose-source.ts'
import { readSource } from './read-source.ts'
import type { ProposeSource } from './source.schema.ts'

let feeds: Feeds
let organisation: TestOrganisation
let worker: InProcessWorker
let grace: Viewer
let hugo: Viewer
const reason = 'the training system has moved'

beforeAll(async () => {
  feeds = await startFeeds()
  organisation = await testOrganisation({
    feeds: { url: feeds.https, token: FEEDS_TOKEN, caPem: feeds.caPem },
  })
  worker = inProcessWorker(organisation)
  grace = await organisation.viewer('grace.kim')
  hugo = await organisation.viewer('hugo.meyer')
})
beforeEach(() => feeds.faults())
afterAll(async () => {
  await worker?.close()
  await organisation?.close()
  await feeds?.stop()
})

function sql<T>(text: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(text, ...values),
  )
}

type State = {
  asOf: Date | null
  trouble: string | null
  records: number
  held: string | null
  removed: number | null
  seconds: number
}

async function stateOf(kind: SourceKind): Promise<State> {
  const [row] = await sql<State>(
    `select as_of as "asOf", trouble, records, encode(held_digest, 'hex') as held, held_removed as removed, extract(epoch from next_at - clock_timestamp())::float8 as seconds from source_state where kind = $1`,
    kind,
  )
  if (!row) throw new Error(`no ${kind}`)
  return row
}

/** A reading, due or not. */
async function read(kind: SourceKind): Promise<State> {
  await sql(`update source_state set next_at = now() where kind = $1`, kind)
  await readSource(worker.platform, kind)
  return stateOf(kind)
}

const KNOWN = 'select key, value from fact where kind = $1 order by key'
const known = (kind: SourceKind) => sql<{ key: string; value: object }>(KNOWN, kind)
const acts = async () =>
  (
    await sql<{ action: string }>(
      `select action from audit_event where action like 'source.%' order by tenant_id, seq`,
    )
  ).map(({ action }) => action)

const proposal = (differs: Partial<ProposeSource> = {}): ProposeSource => ({
  ...{ kind: 'applications', transport: 'https', format: 'csv' },
  ...{ address: `${feeds.https}/applications.csv`, caPem: feeds.caPem, token: FEEDS_TOKEN },
  ...{ everyMinutes: 5, maxRemovedPercent: 20, reason, ...differs },
})

async function proposed(differs: Partial<ProposeSource> = {}): Promise<string> {
  const made = await proposeSource(organisation.platform, grace, proposal(differs))
  if (!made.ok) throw new Error(made.error.code)
  return made.value.sourceId
}

const decide = (who: Viewer, sourceId: string, verdict: 'confirm' | 'refuse') =>
  decideSource(organisation.platform, who, { sourceId, verdict })

test('a feed is read whole, once told in the audit, and only what is said anew changes anything', async () => {
  const before = (await acts()).length
  const first = await read('training')
  expect(first).toMatchObject({ trouble: null, held: null })
  const rows = await known('training')
  expect(rows.length).toBe(first.records)
  expect(rows.find(({ key }) => key === 'ada.okafor')?.value).toMatchObject({
    courses: [{ course: 'secure-development' }, { course: 'handling-personal-data' }],
  })
  const second = await read('training')
  expect(second.asOf?.getTime()).toBeGreaterThan(first.asOf?.getTime() ?? 0)
  expect(await acts()).toHaveLength(before + 1)
  expect((await acts()).at(-1)).toBe('source.read')
})

test.each([
  ['error', 'server_error: the source answered 503'],
  ['garbage', 'no JSON'],
  ['cut', 'unreachable'],
] as const)('%s: what is known stays, grows old, and the trouble is told', async (kind, said) => {
  const good = await read('training')
  const rows = await known('training')
  await feeds.faults({ feed: 'training', kind })
  const bad = await read('training')
  expect(bad.trouble).toContain(said)
  expect(bad.asOf).toEqual(good.asOf)
  expect(await known('training')).toEqual(rows)
  expect(bad.seconds).toBeGreaterThan(3)
  await feeds.faults()
  expect(await read('training')).toMatchObject({ trouble: null })
})

test('a feed that was written before the one that is known is not read again', async () => {
  const good = await read('clearance')
  await feeds.faults({ feed: 'clearance', kind: 'old', hours: 2 })
  const old = await read('clearance')
  expect(old.trouble).toContain('before the one that was read last')
  expect(old.asOf).toEqual(good.asOf)
  await feeds.faults({ feed: 'clearance', kind: 'old', hours: -2 })
  expect((await read('clearance')).trouble).toContain('which is to come')
})

test('a feed that would take away most is held until a person accepts that very feed', async () => {
  await feeds.faults()
  const good = await read('training')
  await feeds.faults({ feed: 'training', kind: 'short' })
  const held = await read('training')
  expect(held.removed).toBe(good.records - 1)
  expect(await known('training')).toHaveLength(good.records)
  const told = (await acts()).filter((action) => action === 'source.held').length
  await read('training')
  expect((await acts()).filter((action) => action === 'source.held')).toHaveLength(told)
  const accept = (digest: string) =>
    acceptRemoval(organisation.platform, grace, { kind: 'training', digest, reason })
  expect(await accept('0'.repeat(64))).toMatchObject({ error: { code: 'source_not_held' } })
  expect(await accept(held.held ?? '')).toMatchObject({ ok: true })
  expect(await read('training')).toMatchObject({ records: 1, held: null })
  expect(await known('training')).toHaveLength(1)
  await feeds.faults()
  expect((await read('training')).records).toBe(good.records)
})

test('accepted is the feed that was seen, not the next one', async () => {
  await read('clearance')
  await feeds.faults({ feed: 'clearance', kind: 'short' })
  const held = await read('clearance')
  const digest = held.held ?? ''
  expect(
    await acceptRemoval(organisation.platform, grace, { kind: 'clearance', digest, reason }),
  ).toMatchObject({ ok: true })
  await feeds.rows('clearance', [{ person: 'mallory', data_class: 4, valid_until: null }])
  const other = await read('clearance')
  expect(other.held).not.toBe(digest)
  expect((await known('clearance')).map(({ key }) => key)).not.toContain('mallory')
})

test('one person proposes, another confirms; whoever proposed only takes back', async () => {
  const id = await proposed()
  expect(await proposeSource(organisation.platform, hugo, proposal())).toMatchObject({
    error: { code: 'source_proposed_already' },
  })
  expect(await decide(grace, id, 'confirm')).toMatchObject({
    error: { code: 'source_own_proposal' },
  })
  await expect(
    sql(
      `update fact_source set state = 'active', decided_by = proposed_by, decided_at = now() where id = $1`,
      id,
    ),
  ).rejects.toThrow(/fact_source_two/)
  await expect(
    sql(`update fact_source set address = 'https://elsewhere.example' where id = $1`, id),
  ).rejects.toThrow(/does not change/)
  expect(await decide(grace, id, 'refuse')).toMatchObject({ ok: true })
  const [taken] = await sql<{ state: string; open: number }>(
    `select f.state, (select count(*)::int from secret s where s.id = f.token_id and s.revoked_at is null) as open from fact_source f where f.id = $1`,
    id,
  )
  expect(taken).toEqual({ state: 'removed', open: 0 })
})

test('of two who decide at once, one does', async () => {
  const id = await proposed()
  const answers = await Promise.all([
    decide(hugo, id, 'confirm'),
    decide(hugo, id, 'refuse'),
    decide(grace, id, 'refuse'),
  ])
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
})

test('what is confirmed replaces what was active; nothing of its kind is known before it is read', async () => {
  const first = await read('finance')
  expect(first.trouble).toBeNull()
  const address = `${feeds.https}/finance.csv`
  const id = await proposed({ kind: 'finance', address, token: 'another-token' })
  expect(await decide(hugo, id, 'confirm')).toMatchObject({ ok: true })
  expect(await stateOf('finance')).toMatchObject({ asOf: null })
  expect((await read('finance')).trouble).toContain('unauthorised')
  const again = await proposed({ kind: 'finance', address })
  await decide(hugo, again, 'confirm')
  expect(await read('finance')).toMatchObject({ trouble: null, records: first.records })
  const active = await sql(`select id from fact_source where kind = 'finance' and state = 'active'`)
  expect(active).toEqual([{ id: again }])
})

test('finance writes the codes themselves: new ones open, those that are gone are closed, a tenant that is not known is told', async () => {
  await read('finance')
  const code = { name: 'New', chargeable: 'yes', open_from: '2024-01-01', teams: [] }
  const rest = { closes_on: null, budget_left: 10 }
  await feeds.rows('finance', [
    { code: 'CC-40718', tenant: 'payments', ...code, ...rest },
    { code: 'CC-40719', tenant: 'payments', ...code, ...rest },
    { code: 'CC-40001', tenant: 'payments', ...code, ...rest },
    { code: 'CC-51020', tenant: 'lending', ...code, ...rest },
    { code: 'CC-9', tenant: 'nobody', ...code, ...rest },
    { code: 'CC-8', tenant: 'lending', ...code, ...rest },
  ])
  await sql(`update source_state set accepted_digest = null where kind = 'finance'`)
  const state = await read('finance')
  expect(state).toMatchObject({ held: null, records: 6 })
  const codes = await sql<{ code: string; name: string; open: boolean }>(
    `select code, name, valid_to is null or valid_to > current_date as open from cost_code order by code`,
  )
  expect(codes).toMatchObject([
    { code: 'CC-40001', name: 'New', open: true },
    { code: 'CC-40718', name: 'New', open: true },
    { code: 'CC-40719', open: true },
    { code: 'CC-51020', open: true },
    { code: 'CC-51099', open: false },
    { code: 'CC-8', open: true },
  ])
  expect((await known('finance')).find(({ key }) => key === 'CC-9')?.value).toEqual({
    trouble: 'no tenant is called nobody',
  })
})

test('whoever took a reading over is the one that writes', async () => {
  await sql(`update source_state set next_at = now() where kind = 'oncall'`)
  const told = (await acts()).length
  const slow = { feed: 'oncall', kind: 'slow', ms: 700 } as const
  await feeds.faults(slow)
  const first = readSource(worker.platform, 'oncall')
  await expect
    .poll(
      async () =>
        (await sql(`select from source_state where kind = 'oncall' and lease_until is not null`))
          .length,
    )
    .toBe(1)
  await sql(
    `update source_state set lease_until = now() - interval '1 second' where kind = 'oncall'`,
  )
  const second = readSource(worker.platform, 'oncall')
  await Promise.all([first, second])
  expect((await acts()).slice(told)).toEqual(['source.read'])
  expect(await stateOf('oncall')).toMatchObject({ trouble: null })
})

test('two readings at once: one is at it, the other does nothing', async () => {
  await sql(`update source_state set next_at = now() where kind = 'prices'`)
  await Promise.all([readSource(worker.platform, 'prices'), readSource(worker.platform, 'prices')])
  const fences = await sql(`select fence::int as n from source_state where kind = 'prices'`)
  expect(fences).toEqual([{ n: 1 }])
})

test('one that is taken away is not read, and its token is destroyed', async () => {
  const [row] = await sql<{ id: string; token: string }>(
    `select id, token_id as token from fact_source where kind = 'prices' and state = 'active'`,
  )
  const { platform } = organisation
  expect(await takeSourceAway(platform, grace, { sourceId: row?.id ?? '', reason })).toMatchObject({
    ok: true,
  })
  expect(await read('prices')).toMatchObject({ asOf: null })
  expect(await sql('select from secret where id = $1 and revoked_at is null', row?.token)).toEqual(
    [],
  )
})

test('web cannot write what a source says, nor open its token', async () => {
  const { platform } = organisation
  for (const text of [
    `update source_state set as_of = now()`,
    `delete from fact where kind = 'training'`,
    `select sealed from secret`,
  ])
    await expect(platform.read(grace, (tx) => tx.$queryRawUnsafe(text))).rejects.toThrow(
      /permission denied/,
    )
})
