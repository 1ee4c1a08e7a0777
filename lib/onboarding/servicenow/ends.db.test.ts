import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPack } from '#lib/evidence/queries.ts'
import { EMERGENCY, emergencies } from '#lib/testing/emergencies.ts'
import { filesOf } from '#lib/testing/forged-pack.ts'
import { finishRun } from '#lib/testing/history/runs.ts'
import { type ServiceNowGround, serviceNowGround } from '#lib/testing/servicenow-ground.ts'
import { verifyPack } from '../../../scripts/verify-evidence.mjs'
import { commentOnChange } from '../conversation/comment-on-change.ts'
import { askEvidence } from '../evidence/ask-evidence.ts'
import { packEvidence } from '../evidence/pack-evidence.ts'

let at: ServiceNowGround
beforeAll(async () => {
  at = await serviceNowGround()
})
afterAll(() => at?.close())

async function set(mode: 'mirror' | 'gate'): Promise<void> {
  const answer = await at.set({ mode })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
}

test('a mirrored change that is done stands there as closed, successful', async () => {
  await set('mirror')
  const change = await at.on.submitted('ends-well')
  await at.approve(change)
  await at.start(change.changeId)
  await finishRun(at.on, change.changeId)
  await at.sync(change.changeId)
  expect(await at.there(change.number)).toMatchObject([
    { state: '3', close_code: 'successful', type: 'standard' },
  ])
})

test('an emergency waits for its own kind of approval there, and is in Review until it is reviewed here', async () => {
  await set('gate')
  const { begin, vote, review } = emergencies(at.on)
  const change = await begin('ends-urgent')
  await vote(change, at.on.viewers.farah)
  await at.sync(change.changeId)
  const [asked] = await at.there(change.number)
  expect(asked).toMatchObject({
    type: 'emergency',
    state: '-3',
    short_description: expect.stringMatching(/^Emergency: CHG-/),
    justification: `${EMERGENCY.incident}: ${EMERGENCY.why}\nbecause`,
  })
  await at.start(change.changeId)
  expect(await at.state(change.changeId)).toBe('blocked')
  await at.snow.approve(asked?.number ?? '')
  await at.read()
  await at.start(change.changeId)
  expect(await at.state(change.changeId)).toBe('executing')
  await finishRun(at.on, change.changeId)
  await at.sync(change.changeId)
  expect(await at.there(change.number)).toMatchObject([{ state: '0' }])
  await review(change, at.on.viewers.erik)
  await at.sync(change.changeId)
  expect(await at.there(change.number)).toMatchObject([{ state: '3' }])
})

test('an evidence pack holds what ServiceNow said of a change, and verifies offline', async () => {
  await set('gate')
  const change = await at.on.submitted('ends-proven')
  const { changeId, number } = change
  await at.approve(change)
  await at.start(changeId)
  await at.sync(changeId)
  const [{ number: chg = '', sys_id: sysId } = {}] = await at.there(number)
  await at.snow.write(chg, { comments: 'The desk agrees.' })
  for (const _ of ['technical', 'CAB']) await at.snow.approve(chg)
  await at.read()
  await at.start(changeId)
  const { platform } = at.on.organisation
  const iris = await at.on.organisation.viewer('iris.novak')
  expect(await askEvidence(platform, iris, { changeId })).toMatchObject({ ok: true })
  await packEvidence(at.worker, changeId)
  const pack = Buffer.from((await readPack(platform, iris, number)) ?? [])
  expect(verifyPack(pack, [at.worker.signer.publicKey]).broken).toEqual([])
  const file = filesOf(pack).find(({ name }) => name === 'servicenow.json')
  expect(JSON.parse(Buffer.from(file?.bytes ?? []).toString())).toMatchObject([
    {
      number: chg,
      sysId,
      type: 'normal',
      approval: 'approved',
      state: 'Scheduled',
      readings: [
        { state: 'New' },
        { state: 'Assess', approval: 'requested' },
        {
          state: 'Scheduled',
          approval: 'approved',
          approver: expect.stringMatching(/CAB approval/),
        },
      ],
      notes: [{ author: 'nora.field', text: 'The desk agrees.' }],
    },
  ])
})

test('saved while people vote, changes start, and ServiceNow is told and read: nothing waits for itself', async () => {
  await set('gate')
  const changes: Awaited<ReturnType<typeof at.on.submitted>>[] = []
  for (let n = 0; n < 6; n += 1) changes.push(await at.on.submitted(`ends-at-once-${n}`))
  const saving = async () => {
    for (const mode of ['off', 'gate', 'mirror', 'gate'] as const) {
      const answer = await at.set({ mode, secret: '' })
      expect(answer).toMatchObject({ ok: true })
    }
  }
  const living = async (change: { changeId: string; planHash: string }) => {
    await at.approve(change)
    await at.start(change.changeId)
    await at.syncOnce(change.changeId)
    await at.start(change.changeId)
  }
  await Promise.all([saving(), at.read(), ...changes.map(living), at.read()])
  for (const { changeId, number } of changes) {
    await at.sync(changeId)
    const live = (await at.there(number)).filter(({ state }) => state !== '4')
    expect(live).toHaveLength(1)
  }
}, 120_000)

test('turned to a gate before a mirror was told: nothing is made as it was wanted then', async () => {
  await set('mirror')
  const { changeId, number } = await at.on.submitted('ends-turned')
  await at.snow.faults([{ kind: 'unauthorised', on: 'POST', times: 1 }])
  await at.syncOnce(changeId)
  const answer = await at.set({ mode: 'gate', template: '', secret: '' })
  expect(answer).toMatchObject({ ok: true })
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([{ type: 'normal', state: '-5' }])
})

test('what people say here about the change stands there, once, and does not come back', async () => {
  await set('mirror')
  const { changeId, number } = await at.on.submitted('ends-said')
  await at.sync(changeId)
  const { platform } = at.on.organisation
  const { ada, farah } = at.on.viewers
  const body = `@{${farah.id}} is Friday fine?`
  expect(await commentOnChange(platform, ada, { changeId, body })).toMatchObject({ ok: true })
  await at.sync(changeId)
  await at.sync(changeId)
  const said = (await at.notes(number)).filter((text) => text.includes('is Friday fine?'))
  expect(said).toEqual([
    expect.stringMatching(
      /^Ada Okafor in Stairway: @Farah Haddad is Friday fine\?\n\[Stairway CHG-/,
    ),
  ])
  await at.read()
  const back = await at.on.rows(`select 1 from servicenow_note where change_id = $1`, changeId)
  expect(back).toEqual([])
})
