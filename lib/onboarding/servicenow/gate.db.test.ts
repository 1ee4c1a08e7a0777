import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testFreezes } from '#lib/testing/freezes.ts'
import { type ServiceNowGround, serviceNowGround } from '#lib/testing/servicenow-ground.ts'
import { advanceChange } from '../advance-change.ts'
import { SCOPE } from './sync-context.ts'

let at: ServiceNowGround
beforeAll(async () => {
  at = await serviceNowGround()
  const set = await at.set({ mode: 'gate', template: '' })
  if (!set.ok) throw new Error(JSON.stringify(set.error))
})
beforeEach(() => at.snow.faults([]))
afterAll(() => at?.close())

const freezes = testFreezes(() => at.on)

let made = 0
/** A change that is approved here and asked for there. */
async function asked() {
  made += 1
  const name = `gated-${made}`
  const change = await at.on.submitted(name)
  await at.approve(change)
  await at.start(change.changeId)
  await at.sync(change.changeId)
  const [row] = await at.there(change.number)
  return { ...change, name, chg: row?.number ?? '' }
}

const lastReason = async (changeId: string) =>
  (
    await at.on.rows<{ reason: string }>(
      `select reason from change_transition where change_id = $1 order by seq desc limit 1`,
      changeId,
    )
  )[0]?.reason

const approveThere = async (chg: string) => {
  await at.snow.approve(chg)
  await at.snow.approve(chg)
}

test('approved here it waits, approved there too it starts, and is followed to Implement', async () => {
  const { changeId, number, chg } = await asked()
  expect(await at.there(number)).toMatchObject([
    { type: 'normal', state: '-4', approval: 'requested' },
  ])
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  await at.snow.approve(chg)
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  await at.snow.approve(chg)
  await at.start(changeId)
  expect(await at.state(changeId), 'nobody has read it yet').toBe('blocked')
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([{ state: '-1' }])
  const told = await at.on.rows(
    `select 1 from notice where change_id = $1 and event like 'change.waits%'`,
    changeId,
  )
  expect(told).toHaveLength(1)
  const readings = await at.on.rows<{ label: string }>(
    `select state_label || ' ' || approval as label from servicenow_reading where change_id = $1 order by at`,
    changeId,
  )
  expect(readings.map(({ label }) => label)).toEqual([
    'New not requested',
    'Assess requested',
    'Authorize requested',
    'Scheduled approved',
    'Implement approved',
  ])
  const audited = await at.on.rows<{ action: string }>(
    `select action from audit_event where subject = $1 and action like 'servicenow.%' order by seq`,
    changeId,
  )
  expect(audited.map(({ action }) => action)).toEqual([
    'servicenow.recorded',
    'servicenow.read',
    'servicenow.read',
  ])
})

test('what waits there is said here, by its number and state', async () => {
  const { changeId, chg } = await asked()
  expect(await lastReason(changeId)).toBe('waits for ServiceNow: its change is not made there yet')
  const held = await at.on.rows<{ why: string }>(
    `select reason as why from change_transition where change_id = $1 and to_state = 'blocked'`,
    changeId,
  )
  expect(held).toHaveLength(1)
  expect(chg).toMatch(/^CHG\d{7}$/)
})

test('canceled there it is sent back', async () => {
  const { changeId, chg } = await asked()
  await at.snow.write(chg, { state: '4' })
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('changes_requested')
  expect(await lastReason(changeId)).toMatch(/was ended there, Canceled/)
})

test('on hold there it waits, though approved', async () => {
  const { changeId, chg } = await asked()
  await approveThere(chg)
  await at.snow.write(chg, { on_hold: 'true', on_hold_reason: 'month end' })
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  await at.snow.write(chg, { on_hold: 'false' })
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
})

test('what was read too long ago lets nothing start; read again it does', async () => {
  const { changeId, chg } = await asked()
  await approveThere(chg)
  await at.read()
  await at.on.rows(
    `update servicenow_record set read_at = now() - interval '301 seconds' where change_id = $1`,
    changeId,
  )
  await at.snow.faults([{ kind: 'down' }])
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  await at.snow.faults([])
  await at.on.rows(`update servicenow_line set next_attempt_at = now()`)
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
})

test('approved there, then taken back before the start: it waits', async () => {
  const { changeId, chg } = await asked()
  await approveThere(chg)
  await at.read()
  await at.on.rows(
    `update servicenow_record set state = -5, state_label = 'New', approval = 'not requested' where change_id = $1`,
    changeId,
  )
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
})

test('no command starts it past the gate', async () => {
  const { changeId } = await asked()
  await expect(
    at.worker.db.inContext({ ...SCOPE, change: changeId }, (tx) =>
      advanceChange(at.worker, tx, { changeId, events: ['unblock'], reason: null }),
    ),
  ).rejects.toThrow(/servicenow_agrees/)
})

test('an approval there of an earlier plan lets the edited one not start', async () => {
  const { changeId, chg } = await asked()
  await approveThere(chg)
  await at.read()
  await at.on.rows(
    `update servicenow_record set plan_hash = sha256('another'::bytea) where change_id = $1`,
    changeId,
  )
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
})

test('frozen and not approved there: it is held once, whichever ends first, and starts when neither holds', async () => {
  const freezeId = await freezes.saved({ name: 'Both hold' })
  const { changeId, chg } = await asked()
  const moves = () =>
    at.on.rows<{ to: string }>(
      `select to_state as to from change_transition where change_id = $1 order by seq`,
      changeId,
    )
  const before = (await moves()).length
  expect(await at.state(changeId)).toBe('blocked')
  await freezes.thaw()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  expect(await moves()).toHaveLength(before)
  await approveThere(chg)
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
  expect(freezeId).toMatch(/^frz_/)
})

test('our own hold for a freeze does not count against us, and is lifted', async () => {
  const { changeId, number, chg } = await asked()
  await approveThere(chg)
  await freezes.saved({ name: 'Held by us' })
  await at.read()
  await at.start(changeId)
  await at.on.rows(
    `update servicenow_change set wanted = wanted + 1 where change_id = $1`,
    changeId,
  )
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([
    { on_hold: 'true', on_hold_reason: 'Held by the freeze Held by us' },
  ])
  await at.read()
  await freezes.thaw()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([{ on_hold: 'false', state: '-1' }])
})

test('turned off, what waited starts; turned on, what has not started is asked for', async () => {
  const waiting = await asked()
  expect(await at.set({ mode: 'off', template: '', secret: '' })).toMatchObject({ ok: true })
  const jobs = await at.on.rows(
    `select 1 from pgboss.job where name = 'change.start' and data->>'changeId' = $1 and state = 'created'`,
    waiting.changeId,
  )
  expect(jobs.length).toBeGreaterThan(0)
  await at.start(waiting.changeId)
  expect(await at.state(waiting.changeId)).toBe('executing')
  const quiet = await at.on.submitted('gated-quiet')
  expect(await at.followed(quiet.changeId)).toBeUndefined()
  expect(await at.set({ mode: 'gate', template: '', secret: '' })).toMatchObject({ ok: true })
  await at.sync(quiet.changeId)
  expect(await at.there(quiet.number)).toMatchObject([{ type: 'normal', state: '-5' }])
})

test('a tenant sees nothing of another’s records, notes and setting', async () => {
  const { changeId } = await asked()
  const of = async (tenant: string) => {
    const [row] = await at.on.rows<{ id: string }>(`select id from tenant where slug = $1`, tenant)
    return at.on.organisation.platform.db.inContext(
      { actor: at.on.viewers.ada.id, tenants: [row?.id ?? ''] },
      (tx) =>
        tx.$queryRawUnsafe<{ n: number }[]>(
          `select ((select count(*) from servicenow_record where change_id = '${changeId}') + (select count(*) from servicenow_setting) + (select count(*) from servicenow_change) + (select count(*) from servicenow_reading))::int as n`,
        ),
    )
  }
  expect(await of('lending')).toEqual([{ n: 0 }])
  expect((await of('payments'))[0]?.n).toBeGreaterThan(3)
})
