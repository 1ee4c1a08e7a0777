import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { face, MINUTE, testFreezes } from '#lib/testing/freezes.ts'
import { expireChanges } from '../expire-changes.ts'
import { startChange } from '../start-change.ts'
import { setWindow } from './set-window.ts'

let on: TestChanges
beforeAll(async () => {
  on = await testChanges()
})
afterAll(() => on.close())

const { saved, approved, standing, thaw } = testFreezes(() => on)
afterEach(thaw)

type Who = keyof TestChanges['viewers']

async function planned(
  changeId: string,
  wish: { notBefore?: string; notAfter?: string; zone?: string },
  who: Who = 'ada',
): Promise<string> {
  const answer = await setWindow(on.organisation.platform, on.viewers[who], {
    changeId,
    zone: 'UTC',
    notBefore: '',
    notAfter: '',
    ...wish,
  })
  if (answer.ok) return 'set'
  return 'why' in answer.error ? answer.error.why : answer.error.code
}

const windowOf = async (changeId: string) =>
  (
    await on.rows<{ from: Date | null; until: Date | null }>(
      `select window_start as from, window_end as until from change where id = $1`,
      changeId,
    )
  )[0]

test('a change waits for its window, with a timer, and starts inside of it', async () => {
  const { changeId } = await approved('waits-for-window')
  expect(await planned(changeId, { notBefore: face(90), notAfter: face(180) })).toBe('set')
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'scheduled', runs: 0 })
  const [timer] = await on.rows<{ seconds: number }>(
    `select extract(epoch from start_after - now())::float8 as seconds from pgboss.job where name = 'change.start' and singleton_key = $1 and state = 'created'`,
    `${changeId}:window`,
  )
  expect(timer?.seconds).toBeGreaterThan(88 * 60)
  const scheduled = await on.rows<{ same: boolean }>(
    `select a.xmin = t.xmin as same from audit_event a join change_transition t on t.change_id = a.subject and t.to_state = 'scheduled'
     where a.subject = $1 and a.action = 'change.scheduled'`,
    changeId,
  )
  expect(scheduled).toEqual([{ same: true }])
  expect(await planned(changeId, {})).toBe('set')
  expect(await windowOf(changeId)).toEqual({ from: null, until: null })
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'executing', runs: 1 })
  expect(await planned(changeId, { notBefore: face(90) })).toBe('not_plannable')
})

test('a change that could not start while there was time ends as expired, told so, its names free', async () => {
  const { changeId } = await approved('misses-window')
  expect(await planned(changeId, { notAfter: face(30) })).toBe('set')
  await on.rows(
    `update change set window_end = now() + interval '10 minutes' where id = $1`,
    changeId,
  )
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'expired', runs: 0 })
  const told = await on.rows<{ title: string }>(
    `select title from notice where change_id = $1 and event like 'change.window_missed%'`,
    changeId,
  )
  expect(told).toHaveLength(1)
  expect(told[0]?.title).toContain('ended with its window')
  expect(await on.rows(`select 1 from name_reservation where change_id = $1`, changeId)).toEqual([])
})

test('the sweep ends what waits for votes or is held past its window, and nothing else', async () => {
  await saved()
  const held = await approved('held-past-window')
  await startChange(on.worker, held.changeId)
  const undecided = await on.submitted('undecided-past-window')
  const inside = await on.submitted('still-inside')
  for (const { changeId } of [held, undecided, inside])
    expect(await planned(changeId, { notAfter: face(60) })).toBe('set')
  await on.rows(
    `update change set window_end = now() - interval '1 minute' where id in ($1, $2)`,
    held.changeId,
    undecided.changeId,
  )
  await expireChanges(on.worker)
  expect(await standing(held.changeId)).toMatchObject({ state: 'expired' })
  expect(await standing(undecided.changeId)).toMatchObject({ state: 'expired' })
  expect(await standing(inside.changeId)).toMatchObject({ state: 'awaiting_approval' })
})

test('a freeze holds it inside of its window too', async () => {
  const start = face(-60)
  await saved({ start, duration: 'PT2H' })
  const { changeId } = await approved('window-and-freeze')
  expect(await planned(changeId, { notBefore: face(-5), notAfter: face(300) })).toBe('set')
  await startChange(on.worker, changeId)
  const at = await standing(changeId)
  expect(at).toMatchObject({ state: 'blocked', held: 'Year end' })
  expect(at?.until).toEqual(new Date(Date.parse(`${start}Z`) + 120 * MINUTE))
})

test('times are read by the clocks of the zone that they are given in', async () => {
  const { changeId } = await on.submitted('zoned-window')
  expect(
    await planned(changeId, {
      zone: 'Asia/Kolkata',
      notBefore: new Date(Date.now() + 330 * MINUTE + 60 * MINUTE).toISOString().slice(0, 16),
    }),
  ).toBe('set')
  const from = (await windowOf(changeId))?.from?.getTime() ?? 0
  expect(Math.abs(from - Date.now() - 60 * MINUTE)).toBeLessThan(2 * MINUTE)
})

test.each([
  ['ends before now', { notAfter: '2020-01-01T00:00' }, 'over'],
  ['is shorter than a run', { notBefore: face(60), notAfter: face(70) }, 'too_short'],
  ['begins after the request expires', { notBefore: face(60 * 24 * 400) }, 'too_far'],
  ['is no time', { notBefore: 'soon' }, 'unreadable'],
  ['is in no zone', { notBefore: face(60), zone: 'Nowhere/At' }, 'unreadable'],
] as const)('a window that %s is refused', async (what, wish, refusal) => {
  const { changeId } = await on.submitted(`refused-${what.replaceAll(' ', '-').slice(0, 12)}`)
  expect(await planned(changeId, wish)).toBe(refusal)
  expect(await windowOf(changeId)).toEqual({ from: null, until: null })
})

test('nobody but the requester and owners plans a change, and strangers are told of none', async () => {
  const { changeId } = await on.submitted('whose-window')
  expect(await planned(changeId, { notBefore: face(60) }, 'erik')).toBe('change_not_found')
  expect(await planned(changeId, { notBefore: face(60) }, 'ben')).toBe('set')
  const bens = await on.submitted('whose-other-window', on.viewers.ben)
  expect(await planned(bens.changeId, { notBefore: face(60) }, 'ada')).toBe('not_yours_to_plan')
  const audited = await on.rows<{ n: number }>(
    `select count(*)::int as n from audit_event where subject in ($1, $2) and action = 'change.window_set'`,
    changeId,
    bens.changeId,
  )
  expect(audited).toEqual([{ n: 1 }])
})
