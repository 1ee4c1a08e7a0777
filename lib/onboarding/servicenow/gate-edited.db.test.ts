import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TEST_ONLY } from '#lib/testing/changes.ts'
import { testFreezes } from '#lib/testing/freezes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { type ServiceNowGround, serviceNowGround } from '#lib/testing/servicenow-ground.ts'
import { requestService } from '../request-service.ts'

let at: ServiceNowGround
beforeAll(async () => {
  at = await serviceNowGround()
  const set = await at.set({ mode: 'gate', template: '' })
  if (!set.ok) throw new Error(JSON.stringify(set.error))
})
beforeEach(() => at.snow.faults([]))
afterAll(() => at?.close())

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

/** The same asked for in another size. */
async function edited(changeId: string, name: string) {
  const request = aRequest(name, { ...TEST_ONLY, size: 'medium' })
  const answer = await requestService(at.on.organisation.platform, at.on.viewers.ada, {
    request,
    changeId,
    baseRevision: 1,
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
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

test('rejected there it is sent back with who and why; edited, it is asked for anew by another change', async () => {
  const { changeId, number, chg, name } = await asked()
  await at.snow.reject(chg, 'Not before the audit.')
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('changes_requested')
  expect(await lastReason(changeId)).toBe(
    `ServiceNow ${chg} was rejected by Technical approval: Not before the audit.`,
  )
  await at.sync(changeId)
  expect(await at.there(number)).toHaveLength(1)
  const again = await edited(changeId, name)
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([
    { number: chg, state: '4' },
    { state: '-5', approval: 'not requested' },
  ])
  await at.approve(again)
  await at.start(changeId)
  await at.sync(changeId)
  const [, second] = await at.there(number)
  expect(second).toMatchObject({ state: '-4', correlation_id: `CHG-${number}.${changeId}.2` })
  await approveThere(second?.number ?? '')
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('executing')
})

test('edited while they decide there: that approval is taken back, and asked for anew', async () => {
  const { changeId, number, chg, name } = await asked()
  await at.snow.approve(chg)
  const again = await edited(changeId, name)
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([{ number: chg, state: '4' }, { state: '-5' }])
  await at.approve(again)
  await at.sync(changeId)
  expect((await at.there(number))[1]).toMatchObject({ state: '-4', approval: 'requested' })
})

test('edited before anybody was asked there, the same change says what it is now', async () => {
  const name = 'gated-early'
  const { changeId, number } = await at.on.submitted(name)
  await at.sync(changeId)
  await edited(changeId, name)
  await at.sync(changeId)
  const there = await at.there(number)
  expect(there).toMatchObject([{ state: '-5', description: expect.stringContaining('revision 2') }])
})

test('deleted there it waits and says so, and is not made again by itself; edited, another is made', async () => {
  const { changeId, number, name } = await asked()
  await at.on.rows(
    `update servicenow_record set sys_id = repeat('0', 32) where change_id = $1`,
    changeId,
  )
  await at.read()
  await at.on.rows(
    `update servicenow_change set wanted = wanted + 1 where change_id = $1`,
    changeId,
  )
  await at.sync(changeId)
  expect((await at.followed(changeId))?.trouble).toMatch(/is not there any more/)
  expect(await at.there(number)).toHaveLength(1)
  await edited(changeId, name)
  await at.sync(changeId)
  expect(await at.there(number)).toHaveLength(2)
})

test('a record that somebody else made with our correlation id stands for nothing', async () => {
  const { changeId, number, name } = await asked()
  const forged = `CHG-${number}.${changeId}.2`
  const { instance, user, secret } = at.snow.access()
  const theirs = at.worker.serviceNow.dial({ instance, auth: 'basic', user, secret })
  const made = await theirs.create({
    ...{ type: 'standard', template: at.snow.template, correlationId: forged, fields: {} },
  })
  const again = await edited(changeId, name)
  await at.sync(changeId)
  await at.approve(again)
  await at.start(changeId)
  await at.sync(changeId)
  await at.read()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
  const there = await at.there(number)
  expect(there.map((row) => row.correlation_id)).toEqual([
    ...[`CHG-${number}.${changeId}.1`, forged, `CHG-${number}.${changeId}.3`],
  ])
  expect(there[1]).toMatchObject({ number: made.number, state: '-5' })
  expect(there[2]).toMatchObject({ type: 'normal', state: '-4' })
})

test('held by a freeze of ours, then by somebody there in other words: it is theirs, and waits', async () => {
  const freezes = testFreezes(() => at.on)
  const { changeId, chg } = await asked()
  await approveThere(chg)
  await freezes.saved({ name: 'Ours first' })
  await at.read()
  await at.start(changeId)
  await at.on.rows(
    `update servicenow_change set wanted = wanted + 1 where change_id = $1`,
    changeId,
  )
  await at.sync(changeId)
  await at.snow.write(chg, { on_hold: 'true', on_hold_reason: 'CAB: not before Monday' })
  await at.read()
  await freezes.thaw()
  await at.start(changeId)
  expect(await at.state(changeId)).toBe('blocked')
})
