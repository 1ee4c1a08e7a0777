import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listWaivers } from '#lib/entitlements/waiver-queries.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { type TestWaivers, type Who, waiversOf } from '#lib/testing/waivers.ts'
import { startChange } from '../start-change.ts'
import { announceEndingWaivers } from './announce-ending.ts'
import { settleCheckWaiver } from './settle-check-waiver.ts'

let at: TestChanges
let w: TestWaivers
beforeAll(async () => {
  at = await testChanges()
  w = waiversOf(at)
})
afterAll(() => at?.close())
beforeEach(() => w.beginAnew())

test('two who decide at once, two who ask at once: one of them, recorded once', async () => {
  const asks = await Promise.all([w.ask('raced'), w.ask('raced', { who: 'ben' }), w.ask('raced')])
  expect(asks.filter((answer) => answer === 'waiver_asked_already')).toHaveLength(2)
  const waiverId = await w.ask('decided', { who: 'ada' })
  const verdicts = await Promise.all([
    w.settle('ben', waiverId, 'grant'),
    w.settle('farah', waiverId, 'refuse'),
    w.settle('ben', waiverId, 'refuse'),
  ])
  expect(verdicts.filter((verdict) => verdict === 'done')).toHaveLength(1)
  expect(await w.events(waiverId)).toHaveLength(2)
})

test('revoked while its change starts: either it had started, or it goes back', async () => {
  const seen: unknown[] = []
  for (const name of ['start-a', 'start-b', 'start-c', 'start-d']) {
    const change = await w.waivedAndSubmitted(name)
    await w.approve('farah', change)
    const [, revoked] = await Promise.all([
      startChange(at.worker, change.changeId),
      w.settle('farah', change.waiverId, 'revoke'),
    ])
    expect(revoked).toBe('done')
    const state = await w.stateOf(change.changeId)
    const [started] = await at.rows<{ at: Date; revoked: Date }>(
      `select (select min(started_at) from run where change_id = $1) as at, revoked_at as revoked from check_waiver where id = $2`,
      change.changeId,
      change.waiverId,
    )
    expect(['executing', 'changes_requested']).toContain(state)
    expect(started?.at === null).toBe(state === 'changes_requested')
    seen.push(state)
    const ends = await w.events(change.waiverId)
    expect(ends.filter(({ action }) => action === 'waiver.revoked')).toHaveLength(1)
  }
  expect(seen).toHaveLength(4)
})

test('one held by a start cannot be revoked before it commits', async () => {
  const { waiverId } = await w.waivedAndSubmitted('held')
  let revoked: string | undefined
  await at.workerDb.inContext(AS_WORKER, async (tx) => {
    await tx.$queryRaw`select id from check_waiver where id = ${waiverId} for share`
    const revoking = w.settle('farah', waiverId, 'revoke').then((answer) => {
      revoked = answer
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(revoked).toBeUndefined()
    void revoking
  })
  await expect.poll(() => revoked).toBe('done')
})

test('who is to mend it is told once that it ends soon', async () => {
  const waiverId = await w.ask('ending')
  await w.settle('ben', waiverId, 'grant')
  await announceEndingWaivers(at.worker)
  const count = async () =>
    (
      await w.sql(
        `select person_id from notice where change_id = $1 and event = 'waiver.ending'`,
        waiverId,
      )
    ).length
  expect(await count()).toBe(0)
  await w.sql(
    `update check_waiver set asked_at = asked_at - interval '8 days', expires_at = expires_at - interval '8 days' where id = $1 returning 1`,
    waiverId,
  )
  await Promise.all([announceEndingWaivers(at.worker), announceEndingWaivers(at.worker)])
  expect(await count()).toBe(2)
  await announceEndingWaivers(at.worker)
  expect(await count()).toBe(2)
})

test('they are listed with who, until when and how often used, in the viewer’s tenants only', async () => {
  const { waiverId, number } = await w.waivedAndSubmitted('listed')
  const list = async (viewer: TestChanges['viewers'][Who]) =>
    (await listWaivers(at.organisation.platform, viewer, { waiver: waiverId })).rows
  expect(await list(at.viewers.ada)).toMatchObject([
    {
      ...{ state: 'in_force', decider: 'Ben Carter', asker: 'Ada Okafor', uses: 1 },
      changes: [number],
    },
  ])
  expect(await list(at.viewers.grace)).toHaveLength(1)
  expect(await list(await at.organisation.viewer('chen.wei'))).toEqual([])
  const dana = await at.organisation.viewer('dana.silva')
  const answer = await settleCheckWaiver(at.organisation.platform, dana, {
    waiverId,
    act: 'revoke',
  })
  expect(answer).toEqual({ ok: false, error: { code: 'waiver_not_found' } })
})
