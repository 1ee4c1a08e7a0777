import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readSlots } from '#lib/calendar/queries.ts'
import { approvalsFor } from '#lib/changes/approval-queries.ts'
import { lockChange } from '#lib/changes/store.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aFreeze, testFreezes } from '#lib/testing/freezes.ts'
import { decideChange } from '../decide-change.ts'
import { readGuardFacts } from '../guard-facts.ts'
import { startChange } from '../start-change.ts'
import { endFreeze, saveFreeze } from './save-freeze.ts'

let on: TestChanges
beforeAll(async () => {
  on = await testChanges()
})
afterAll(() => on.close())

const { saved, approved, standing, thaw } = testFreezes(() => on)
afterEach(thaw)

const BOARD = { kind: 'restricted', approvers: 'platform-admins' } as const

const stagesOf = (changeId: string) =>
  on.rows<{ name: string; state: string }>(
    `select name, state from approval_stage where change_id = $1 and freeze_id is not null order by ordinal`,
    changeId,
  )

type Verdict = 'approve' | 'reject' | 'request_changes'

async function vote(
  changeId: string,
  who: keyof TestChanges['viewers'] | 'hugo',
  verdict: Verdict,
) {
  const [row] = await on.rows<{ hash: string }>(
    `select encode(plan_hash, 'hex') as hash from change where id = $1`,
    changeId,
  )
  const comment = 'it carries the fix that the close itself waits for'
  const said = { changeId, verdict, planHash: row?.hash ?? '', comment }
  const viewer = who === 'hugo' ? await on.organisation.viewer('hugo.meyer') : on.viewers[who]
  return decideChange(on.organisation.platform, viewer, said)
}

async function heldBy(name: string): Promise<{ changeId: string; number: number }> {
  const change = await approved(name)
  await startChange(on.worker, change.changeId)
  return change
}

test('held, its people are asked once; let through by one who neither asked nor voted, it starts', async () => {
  await saved({ ...BOARD, name: 'Quarter close' })
  const { changeId, number } = await heldBy('passage')
  for (const _ of [1, 2]) await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'blocked', held: 'Quarter close' })
  expect(await stagesOf(changeId)).toEqual([{ name: 'Let through: Quarter close', state: 'open' }])
  const queue = await approvalsFor(on.organisation.platform, on.viewers.grace)
  expect(queue.filter((each) => each.number === number)).toHaveLength(1)
  const told = await on.rows(
    `select 1 from notice n join person p on p.id = n.person_id where n.change_id = $1 and p.user_name = 'grace.kim' and n.event like 'approval.asked%'`,
    changeId,
  )
  expect(told).toHaveLength(1)
  // who signed for the plan fills that seat already, and is not of the group either
  expect(await vote(changeId, 'farah', 'approve')).toMatchObject({ ok: false })
  expect(await vote(changeId, 'ada', 'approve')).toMatchObject({
    error: { code: 'barred_from_approving' },
  })
  expect(await vote(changeId, 'grace', 'approve')).toMatchObject({ value: { state: 'blocked' } })
  const { slots } = await readSlots(on.organisation.platform, on.viewers.ada, {
    changeId,
    kind: 'onboard',
  })
  expect(Date.parse(slots[0]?.start ?? '')).toBeLessThan(Date.now() + 60_000)
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'executing', held: null, runs: 1 })
  const decided = await on.rows<{ stage: string }>(
    `select p.body::jsonb->>'stage' as stage from audit_event e join audit_payload p using (tenant_id, seq) where e.subject = $1 and e.action = 'change.decided' order by e.seq`,
    changeId,
  )
  expect(decided.at(-1)).toEqual({ stage: 'Let through: Quarter close' })
})

test('their no leaves it held until the freeze is over, and nobody is asked again', async () => {
  const freezeId = await saved({ ...BOARD, name: 'Audit week' })
  const { changeId } = await heldBy('passage-refused')
  expect(await vote(changeId, 'grace', 'reject')).toMatchObject({ value: { state: 'blocked' } })
  for (const _ of [1, 2]) await startChange(on.worker, changeId)
  expect(await stagesOf(changeId)).toEqual([{ name: 'Let through: Audit week', state: 'vetoed' }])
  expect(await standing(changeId)).toMatchObject({ state: 'blocked' })
  const reason = 'the audit ended early'
  await endFreeze(on.organisation.platform, on.viewers.grace, { freezeId, reason })
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'executing' })
})

test('their wish for changes sends it back', async () => {
  await saved({ ...BOARD, name: 'Migration night' })
  const { changeId } = await heldBy('passage-returned')
  expect(await vote(changeId, 'grace', 'request_changes')).toMatchObject({
    value: { state: 'changes_requested' },
  })
})

test('an open stage ends with the freeze, and nobody is asked while a blackout holds it anyway', async () => {
  const freezeId = await saved({ ...BOARD, name: 'Release week' })
  const first = await heldBy('passage-over')
  const reason = 'the release week is over'
  await endFreeze(on.organisation.platform, on.viewers.grace, { freezeId, reason })
  await startChange(on.worker, first.changeId)
  expect(await stagesOf(first.changeId)).toMatchObject([{ state: 'void' }])
  expect(await standing(first.changeId)).toMatchObject({ state: 'executing' })
  await saved({ ...BOARD, name: 'Both one' })
  const blackout = await saved({ name: 'Both two', duration: 'PT2H' })
  const second = await heldBy('passage-both')
  expect(await stagesOf(second.changeId)).toEqual([])
  await endFreeze(on.organisation.platform, on.viewers.grace, { freezeId: blackout, reason })
  await startChange(on.worker, second.changeId)
  expect(await stagesOf(second.changeId)).toMatchObject([{ state: 'open' }])
})

test('another group that the freeze names since is asked instead', async () => {
  const freezeId = await saved({ ...BOARD, name: 'Renamed' })
  const { changeId } = await heldBy('passage-regrouped')
  const differs = { ...BOARD, name: 'Renamed', approvers: 'security-officers' }
  await saveFreeze(on.organisation.platform, on.viewers.grace, {
    ...aFreeze(differs),
    edits: { id: freezeId, version: 1 },
  })
  await startChange(on.worker, changeId)
  expect(await stagesOf(changeId)).toMatchObject([{ state: 'void' }, { state: 'open' }])
})

test('who let it through counts only while they may still do so; then others of the group are asked', async () => {
  await saved({ ...BOARD, name: 'Left since' })
  const { changeId } = await heldBy('passage-left')
  await vote(changeId, 'grace', 'approve')
  await on.rows(`update person set status = 'disabled' where user_name = 'grace.kim'`)
  for (const _ of [1, 2]) await startChange(on.worker, changeId)
  await on.rows(`update person set status = 'active' where user_name = 'grace.kim'`)
  expect(await standing(changeId)).toMatchObject({ state: 'blocked', held: 'Left since' })
  expect(await stagesOf(changeId)).toMatchObject([{ state: 'void' }, { state: 'open' }])
  expect(await vote(changeId, 'hugo', 'approve')).toMatchObject({ value: { state: 'blocked' } })
  await startChange(on.worker, changeId)
  expect(await standing(changeId)).toMatchObject({ state: 'executing' })
})

test('a passage that another group gave before counts no more than its no: the group of now is asked', async () => {
  for (const verdict of ['approve', 'reject'] as const) {
    const name = `Regrouped ${verdict}`
    const freezeId = await saved({ ...BOARD, name })
    const { changeId } = await heldBy(`passage-regrouped-${verdict}`)
    await vote(changeId, 'grace', verdict)
    const differs = { ...BOARD, name, approvers: 'security-officers' }
    await saveFreeze(on.organisation.platform, on.viewers.grace, {
      ...aFreeze(differs),
      edits: { id: freezeId, version: 1 },
    })
    await startChange(on.worker, changeId)
    expect(await standing(changeId)).toMatchObject({ state: 'blocked', held: name })
    expect((await stagesOf(changeId)).at(-1)).toMatchObject({ state: 'open' })
    expect(await vote(changeId, 'erik', 'approve')).toMatchObject({ value: { state: 'blocked' } })
    await startChange(on.worker, changeId)
    expect(await standing(changeId)).toMatchObject({ state: 'executing' })
    await thaw()
  }
})

test('who let it through and is barred since lets nothing through', async () => {
  await saved({ ...BOARD, name: 'Barred since' })
  const { changeId } = await heldBy('passage-barred')
  await vote(changeId, 'grace', 'approve')
  await on.rows(
    `insert into change_barred (change_id, tenant_id, person_id, why) select id, tenant_id, $2, 'edited it' from change where id = $1`,
    ...[changeId, on.viewers.grace.id],
  )
  const [through] = await on.rows<{ through: boolean }>(
    `select app.let_through($1, s.freeze_id) as through from approval_stage s where s.change_id = $1 and s.freeze_id is not null`,
    changeId,
  )
  expect(through).toEqual({ through: false })
})

test('who let an emergency through has voted on it: its closing asks for another reviewer', async () => {
  await saved({ ...BOARD, name: 'An emergency' })
  const { changeId } = await heldBy('passage-emergency')
  await vote(changeId, 'grace', 'approve')
  const voters = await on.organisation.owner.inContext(AS_WORKER, async (tx) => {
    const change = await lockChange(tx, changeId)
    if (!change) throw new Error('no change')
    const emergency = { ...change, type: 'emergency' }
    const facts = await readGuardFacts(tx, emergency, { events: ['close'], reason: null })
    return facts.stages.flatMap(({ decisions }) => decisions.map(({ deciderId }) => deciderId))
  })
  expect(voters.sort()).toEqual([on.viewers.farah.id, on.viewers.grace.id].sort())
})

test('what a digest puts off of a passage is told while the change is held', async () => {
  await saved({ ...BOARD, name: 'In a digest' })
  const { changeId } = await heldBy('passage-digest')
  const asked = async (who: 'grace' | 'ada') =>
    on.rows<{ asked: boolean }>(
      `select app.still_asked($1, $2) as asked`,
      ...[on.viewers[who].id, changeId],
    )
  expect(await asked('grace')).toEqual([{ asked: true }])
  expect(await asked('ada')).toEqual([{ asked: false }])
  await vote(changeId, 'grace', 'approve')
  expect(await asked('grace')).toEqual([{ asked: false }])
})

test('a restricted freeze names one group that exists', async () => {
  const save = (approvers: string | null) =>
    saveFreeze(
      on.organisation.platform,
      on.viewers.grace,
      aFreeze({ kind: 'restricted', approvers }),
    )
  expect(await save(null)).toMatchObject({ error: { code: 'freeze_approvers_needed' } })
  expect(await save('nobody-at-all')).toMatchObject({ error: { code: 'freeze_approvers_unknown' } })
})

test('somebody of that group may decide in each tenant of the scope, or else it would be a blackout', async () => {
  const save = (approvers: string, tenants: string[]) =>
    saveFreeze(
      on.organisation.platform,
      on.viewers.grace,
      aFreeze({
        ...{ name: `By ${approvers} in ${tenants}`, kind: 'restricted', approvers },
        scope: { tenants, environments: [], clusters: [] },
      }),
    )
  const unable = { code: 'freeze_approvers_unable', group: 'lending-developers' }
  expect(await save('lending-developers', ['lending'])).toMatchObject({ ok: true })
  expect(await save('lending-developers', ['lending', 'payments'])).toMatchObject({
    error: { ...unable, tenants: ['payments'] },
  })
  expect(await save('lending-developers', [])).toMatchObject({
    error: { ...unable, tenants: ['platform'] },
  })
  expect(await save('auditors', ['payments'])).toMatchObject({
    error: { code: 'freeze_approvers_unable', tenants: ['payments'] },
  })
})
