import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { lockFreezes } from '#lib/calendar/store.ts'
import { TEST_ONLY, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { face, MINUTE, testFreezes } from '#lib/testing/freezes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { expireChanges } from '../expire-changes.ts'
import { requestService } from '../request-service.ts'
import { startChange } from '../start-change.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { endFreeze } from './save-freeze.ts'

let on: TestChanges
beforeAll(async () => {
  on = await testChanges()
})
afterAll(() => on.close())

const { saved, approved, standing, thaw } = testFreezes(() => on)
afterEach(thaw)

const jobsOf = (changeId: string) =>
  on.rows<{ key: string; seconds: number }>(
    `select singleton_key as key, extract(epoch from start_after - now())::float8 as seconds from pgboss.job where name = 'change.start' and data->>'changeId' = $1 and state = 'created' order by 1`,
    changeId,
  )

test('a blackout holds a change with its name and end, tells the requester once, and lets it start when it is over', async () => {
  const start = face(-60)
  const freeze = await saved({ start, duration: 'PT3H' })
  const { changeId } = await approved('held-one')
  for (const _ of [1, 2, 3]) await startChange(on.worker, changeId)
  const held = await standing(changeId)
  expect(held).toMatchObject({ state: 'blocked', held: 'Year end', runs: 0 })
  expect(held?.until).toEqual(new Date(Date.parse(`${start}Z`) + 180 * MINUTE))
  const told = await on.rows(
    `select 1 from notice where change_id = $1 and event like 'change.held%'`,
    changeId,
  )
  expect(told).toHaveLength(1)
  const audited = await on.rows<{ n: number }>(
    `select count(*)::int as n from audit_event where subject = $1 and action = 'change.held'`,
    changeId,
  )
  expect(audited).toEqual([{ n: 1 }])
  const timer = (await jobsOf(changeId)).find(({ key }) => key.endsWith(':held'))
  expect(timer?.seconds).toBeGreaterThan(118 * 60)
  const ended = await endFreeze(on.organisation.platform, on.viewers.grace, {
    freezeId: freeze,
    reason: 'the books closed early',
  })
  expect(ended).toMatchObject({ ok: true })
  expect((await jobsOf(changeId)).some(({ key, seconds }) => key === changeId && seconds < 5)).toBe(
    true,
  )
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({
    state: 'executing',
    held: null,
    until: null,
    runs: 1,
  })
  const moves = await on.rows<{ move: string }>(
    `select from_state || ' ' || to_state as move from change_transition where change_id = $1 order by seq`,
    changeId,
  )
  expect(moves.map(({ move }) => move).slice(-4)).toEqual([
    'approved scheduled',
    'scheduled blocked',
    'blocked scheduled',
    'scheduled executing',
  ])
})

test('the whole run must fit: one that would reach into a freeze that comes is held', async () => {
  await saved({ start: face(10) })
  const { changeId } = await approved('reaches-in')
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'blocked', runs: 0 })
})

test('one that ends before a freeze begins is not held', async () => {
  await saved({ start: face(17) })
  const { changeId } = await approved('ends-before')
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'executing', runs: 1 })
})

test.each([
  ['its tenant', { tenants: ['payments'], environments: [], clusters: [] }, 'blocked'],
  ['another tenant', { tenants: ['lending'], environments: [], clusters: [] }, 'executing'],
  ['its environment', { tenants: [], environments: ['test'], clusters: [] }, 'blocked'],
  ['another environment', { tenants: [], environments: ['prod'], clusters: [] }, 'executing'],
  ['its cluster', { tenants: [], environments: [], clusters: ['test-eu-1'] }, 'blocked'],
  ['another cluster', { tenants: [], environments: [], clusters: ['prod-eu-1'] }, 'executing'],
  [
    'its tenant elsewhere',
    { tenants: ['payments'], environments: ['prod'], clusters: [] },
    'executing',
  ],
])('a freeze of %s', async (what, scope, state) => {
  await saved({ scope })
  const { changeId } = await approved(`scope-${what.replaceAll(' ', '-')}`)
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state })
})

test('maintenance only lets it start inside of its times alone', async () => {
  const start = face(30)
  await saved({ kind: 'maintenance_only', start, duration: 'PT2H', name: 'Nights' })
  const outside = await approved('outside-nights')
  await startChange(on.worker, outside.changeId)
  const held = await standing(outside.changeId)
  expect(held).toMatchObject({ state: 'blocked', held: 'Nights' })
  expect(held?.until).toEqual(new Date(`${start}Z`))
  await on.rows(
    `update freeze_occurrence set during = tstzrange(now() - interval '1 hour', now() + interval '1 hour') where freeze_id = (select id from change_freeze where name = 'Nights' and ended_at is null)`,
  )
  await startChange(on.worker, outside.changeId)
  expect(await standing(outside.changeId)).toMatchObject({ state: 'executing', runs: 1 })
})

test('maintenance times that are too short for a run hold it without an end, and say so', async () => {
  await saved({ kind: 'maintenance_only', start: face(30), duration: 'PT10M', name: 'Too short' })
  const { changeId } = await approved('never-fits')
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({
    state: 'blocked',
    held: 'Too short',
    until: null,
  })
})

test('what executes goes on when a freeze is saved', async () => {
  const { changeId } = await on.running('goes-on')
  await saved()
  expect(await standing(changeId)).toMatchObject({ state: 'executing' })
})

test('a held change is withdrawn, and expires, as a scheduled one would', async () => {
  await saved()
  const [taken, late] = [await approved('taken-back'), await approved('too-late')]
  for (const { changeId } of [taken, late]) await startChange(on.worker, changeId)
  const withdrawn = await withdrawChange(on.organisation.platform, on.viewers.ada, {
    changeId: taken.changeId,
    reason: 'not needed',
  })
  expect(withdrawn).toMatchObject({ ok: true })
  await on.rows(
    `update change set expires_at = now() - interval '1 minute' where id = $1`,
    late.changeId,
  )
  await expireChanges(on.worker)
  expect(await standing(late.changeId)).toMatchObject({ state: 'expired' })
  const names = await on.rows(
    `select 1 from name_reservation where change_id in ($1, $2)`,
    taken.changeId,
    late.changeId,
  )
  expect(names).toEqual([])
})

test('a held change that is edited starts its life anew', async () => {
  await saved()
  const { changeId } = await approved('edited-held')
  await startChange(on.worker, changeId)
  const edited = await requestService(on.organisation.platform, on.viewers.ada, {
    request: aRequest('edited-held', { ...TEST_ONLY, description: 'other words' }),
    changeId,
    baseRevision: 1,
  })
  expect(edited).toMatchObject({ ok: true })
  expect((await standing(changeId))?.state).not.toBe('blocked')
})

test('a start against a freeze that is saved: exactly one of the two wins, and they agree', async () => {
  const outcomes: string[] = []
  for (let round = 0; round < 8; round += 1) {
    const { changeId } = await approved(`race-${round}`)
    const started = startChange(on.worker, changeId)
    await new Promise((resolve) => setTimeout(resolve, round * 3))
    const freeze = saved({ name: `Race ${round}` })
    await Promise.all([started, freeze])
    const at = await standing(changeId)
    outcomes.push(at?.state ?? '')
    if (at?.state === 'executing') {
      const [order] = await on.rows<{ first: boolean }>(
        `select (select max(at) from change_transition where change_id = $1 and to_state = 'executing') <= (select min(updated_at) from change_freeze where id = $2) as first`,
        changeId,
        await freeze,
      )
      expect(at).toMatchObject({ held: null, runs: 1 })
      expect(order?.first).toBe(true)
    } else expect(at).toMatchObject({ state: 'blocked', held: `Race ${round}`, runs: 0 })
    await on.rows(
      `update change_freeze set ended_at = now(), ended_by = $2, end_reason = 'race over' where id = $1`,
      await freeze,
      on.viewers.grace.id,
    )
  }
  expect(outcomes.every((state) => state === 'executing' || state === 'blocked')).toBe(true)
})

test('a start waits for a freeze that is being saved, and is held by it', async () => {
  const id = await saved({ name: 'Being saved', start: face(600) })
  const { changeId } = await approved('waits-for-it')
  let go = () => {}
  const begun = new Promise<void>((resolve) => {
    go = resolve
  })
  const scope = { actor: 'sys:test', tenants: [], reason: 'test' }
  const saving = on.organisation.owner.inContext(scope, async (tx) => {
    await lockFreezes(tx, 'saving')
    await tx.$executeRaw`update freeze_occurrence set during = tstzrange(now(), now() + interval '1 hour') where freeze_id = ${id}`
    go()
    await new Promise((resolve) => setTimeout(resolve, 400))
  })
  await begun
  await Promise.all([saving, startChange(on.worker, changeId)])
  expect(await standing(changeId)).toMatchObject({ state: 'blocked', held: 'Being saved', runs: 0 })
})

test('a start that has looked keeps a freeze waiting until it committed', async () => {
  const order: string[] = []
  let go = () => {}
  const looked = new Promise<void>((resolve) => {
    go = resolve
  })
  const starting = on.workerDb.inContext({ actor: 'sys:test', tenants: [] }, async (tx) => {
    await lockFreezes(tx, 'starting')
    go()
    await new Promise((resolve) => setTimeout(resolve, 150))
    order.push('started')
  })
  await looked
  await saved({ name: 'Waits' }).then(() => order.push('saved'))
  await starting
  expect(order).toEqual(['started', 'saved'])
})
