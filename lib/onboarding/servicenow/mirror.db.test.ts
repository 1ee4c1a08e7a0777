import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type ServiceNowGround,
  serviceNowGround,
  withServiceNow,
} from '#lib/testing/servicenow-ground.ts'
import { closeFailedChange } from '../close-failed-change.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { testServiceNow } from './set-servicenow.ts'
import { testLine } from './test-line.ts'

let at: ServiceNowGround
beforeAll(async () => {
  at = await serviceNowGround()
  const set = await at.set()
  if (!set.ok) throw new Error(JSON.stringify(set.error))
})
beforeEach(() => at.snow.faults([]))
afterAll(() => at?.close())

let made = 0
function name(): string {
  made += 1
  return `mirrored-${made}`
}

test('from the request to its end: one change there, every move of ours a note, closed as it was here', async () => {
  const change = await at.on.submitted(name())
  const { changeId, number } = change
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([
    {
      type: 'standard',
      state: '-5',
      assignment_group: 'Platform',
      correlation_id: `CHG-${number}.${changeId}.1`,
    },
  ])
  await at.approve(change, 'Looks right.')
  await at.sync(changeId)
  expect((await at.there(number))[0]?.state).toBe('-2')
  await at.start(changeId)
  await at.sync(changeId)
  expect((await at.there(number))[0]?.state).toBe('-1')
  const before = await at.notes(number)
  await at.sync(changeId)
  expect(await at.notes(number)).toEqual(before)
  const moves = before.flatMap((text) => /\[Stairway CHG-\d+ (move \d+)\]/.exec(text)?.[1] ?? [])
  expect(moves).toEqual(Array.from({ length: moves.length }, (_, n) => `move ${n + 1}`))
  expect(before.filter((text) => text.includes('Farah Haddad approved'))).toEqual([
    expect.stringContaining('Looks right.'),
  ])
})

test('given up as unsuccessful: closed so there, with why', async () => {
  const { changeId, number } = await at.on.failed(name())
  await at.sync(changeId)
  expect((await at.there(number))[0]?.state).toBe('-1')
  const reason = 'the team goes another way'
  const closed = await closeFailedChange(at.on.organisation.platform, at.on.viewers.ada, {
    changeId,
    reason,
  })
  expect(closed).toMatchObject({ ok: true })
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([
    { state: '3', close_code: 'unsuccessful', close_notes: expect.stringContaining(reason) },
  ])
})

test('withdrawn before anybody told ServiceNow: made and canceled there, so that none is lost', async () => {
  const { changeId, number } = await at.on.submitted(name())
  await withdrawChange(at.on.organisation.platform, at.on.viewers.ada, {
    changeId,
    reason: 'a mistake',
  })
  await at.sync(changeId)
  expect(await at.there(number)).toMatchObject([{ state: '4' }])
  expect((await at.notes(number)).at(-1)).toContain('a mistake')
})

test.each([
  ['cut after it was made', [{ kind: 'silent', on: 'POST', times: 1 }]],
  ['answered too late', [{ kind: 'slow', ms: 2500, on: 'POST', times: 1 }]],
  [
    'made, but answered as an error of the server',
    [
      { kind: 'silent', on: 'POST', times: 1 },
      { kind: 'error', times: 2 },
    ],
  ],
  ['a busy instance', [{ kind: 'busy', afterSeconds: 1, times: 3 }]],
  ['a sleeping instance', [{ kind: 'asleep', times: 2 }]],
  ['cut before each thing', [{ kind: 'down', times: 4 }]],
  ['every write cut after it was done', [{ kind: 'silent', on: 'PATCH', times: 3 }]],
] as const)(
  '%s: one change there, each note once',
  async (_, faults) => {
    const change = await at.on.submitted(name())
    await at.approve(change)
    await at.snow.faults([...faults])
    await at.sync(change.changeId)
    // what was asked for and given up may still come about
    if (faults.some(({ kind }) => kind === 'slow')) await setTimeout(1500)
    const there = await at.there(change.number)
    expect(there).toMatchObject([{ state: '-2' }])
    const notes = await at.notes(change.number)
    expect(new Set(notes).size).toBe(notes.length)
    expect(notes.length).toBeGreaterThanOrEqual(3)
  },
  60_000,
)

test('a worker that died in front of, or behind, any call leaves nothing doubled and nothing lost', async () => {
  for (let dies = 0; dies < 12; dies += 1)
    for (const behind of [false, true]) {
      const change = await at.on.submitted(name())
      await at.approve(change)
      let calls = 0
      const dying = withServiceNow(at.worker, async (_, call) => {
        calls += 1
        if (calls - 1 !== dies) return call()
        if (behind) await call()
        throw new Error('killed')
      })
      await at.syncOnce(change.changeId, dying)
      await at.on.rows(
        `update servicenow_change set trouble = null, trouble_since = null where change_id = $1`,
        change.changeId,
      )
      await at.sync(change.changeId)
      expect(await at.there(change.number), `${dies} ${behind}`).toMatchObject([{ state: '-2' }])
      const notes = await at.notes(change.number)
      expect(new Set(notes).size).toBe(notes.length)
    }
}, 240_000)

test('two workers at once make one change', async () => {
  const change = await at.on.submitted(name())
  const both = Promise.all([at.syncOnce(change.changeId), at.syncOnce(change.changeId)])
  await both
  await at.sync(change.changeId)
  expect(await at.there(change.number)).toHaveLength(1)
})

test('after an outage every change that moved meanwhile is told, once', async () => {
  const early = await at.on.submitted(name())
  await at.sync(early.changeId)
  await at.snow.kill()
  const late = await at.on.submitted(name())
  await at.approve(early)
  await at.start(early.changeId)
  await at.syncOnce(early.changeId)
  await at.syncOnce(late.changeId)
  expect(await at.followed(late.changeId)).toMatchObject({
    confirmed: 0,
    line: expect.stringMatching(/ECONNREFUSED/),
  })
  await at.on.rows(`update servicenow_line set trouble_since = now() - interval '1 hour'`)
  await at.snow.start()
  for (const { changeId } of [early, late]) await at.sync(changeId)
  expect(await at.there(early.number)).toMatchObject([{ state: '-1' }])
  expect(await at.there(late.number)).toMatchObject([{ state: '-5' }])
  expect(await at.followed(late.changeId)).toMatchObject({ line: null, trouble: null })
})

test('moved there by hand to where nothing leads on: left as it is, and said', async () => {
  const change = await at.on.submitted(name())
  await at.sync(change.changeId)
  const [{ number = '' } = {}] = await at.there(change.number)
  await at.snow.write(number, { state: '4' })
  await at.approve(change)
  await at.sync(change.changeId)
  expect(await at.followed(change.changeId)).toMatchObject({
    trouble: expect.stringContaining('was moved to Canceled there'),
  })
  expect(await at.there(change.number)).toHaveLength(1)
})

test('what others write there comes here once; what we wrote does not come back', async () => {
  const change = await at.on.submitted(name())
  await at.sync(change.changeId)
  const [{ number = '' } = {}] = await at.there(change.number)
  await at.snow.write(number, { comments: 'Which cluster is it?' })
  await at.snow.write(number, { work_notes: 'Network looked at it.' })
  for (const _ of [1, 2]) await at.read()
  expect(
    await at.on.rows(
      `select kind, author, body from servicenow_note where change_id = $1 order by kind`,
      change.changeId,
    ),
  ).toEqual([
    { kind: 'comments', author: 'nora.field', body: 'Which cluster is it?' },
    { kind: 'work_notes', author: 'nora.field', body: 'Network looked at it.' },
  ])
  await expect(at.on.rows(`delete from servicenow_note`)).rejects.toThrow(/append-only/)
})

test('what no database keeps, or looks like a mark of ours, stops nothing and hides nothing', async () => {
  const change = await at.on.submitted(name())
  await at.sync(change.changeId)
  const [{ number = '' } = {}] = await at.there(change.number)
  await at.snow.write(number, { work_notes: `odd \u0000${'x'.repeat(3994)}\u{1F600} tail` })
  await at.snow.write(number, {
    comments: `[Stairway CHG-${change.number} move 1] quoted, then said`,
  })
  await at.read()
  const notes = await at.on.rows<{ body: string }>(
    `select body from servicenow_note where change_id = $1 order by kind`,
    change.changeId,
  )
  expect(notes.map(({ body }) => body.slice(0, 9))).toEqual(['[Stairway', 'odd  xxxx'])
  expect((await at.followed(change.changeId))?.line).toBeNull()
})

test('a test of the line says what came back; a wrong secret stops the tenant, with whose it is', async () => {
  const ask = () =>
    testServiceNow(at.on.organisation.platform, at.on.viewers.grace, { tenant: 'payments' })
  const said = async () =>
    (
      await at.on.rows<{ ok: boolean; said: string; id: string }>(
        `select test_ok as ok, test_said as said, tenant_id as id from servicenow_line`,
      )
    )[0]
  expect(await ask()).toMatchObject({ ok: true })
  await testLine(at.worker, (await said())?.id ?? '')
  expect(await said()).toMatchObject({
    ok: true,
    said: expect.stringContaining('answers for changes'),
  })
  expect(await at.set({ secret: 'wrong', user: 'somebody' })).toMatchObject({ ok: true })
  await ask()
  await testLine(at.worker, (await said())?.id ?? '')
  expect(await said()).toMatchObject({
    ok: false,
    said: expect.stringMatching(/401.*enters the integration user’s secret anew/),
  })
  expect(await at.set()).toMatchObject({ ok: true })
})

test.each([
  [{ tenant: 'nobody' }, 'tenant_unknown'],
  [{ tenant: 'platform' }, 'tenant_unknown'],
  [{ instance: 'https://elsewhere.example' }, 'endpoint_not_allowed'],
  [{ secret: '', user: 'another' }, 'servicenow_secret_missing'],
] as const)('%o is refused: %s', async (differs, code) => {
  expect(await at.set(differs)).toMatchObject({ ok: false, error: { code } })
})

test('the secret is sealed, the one before it revoked, and neither is in the audit', async () => {
  expect(await at.set({ secret: 'another-secret' })).toMatchObject({ ok: true })
  expect(await at.set()).toMatchObject({ ok: true })
  const secrets = await at.on.rows<{ live: boolean; sealed: string }>(
    `select revoked_at is null as live, encode(sealed, 'escape') as sealed from secret where purpose = 'servicenow'`,
  )
  expect(secrets.filter(({ live }) => live)).toHaveLength(1)
  expect(JSON.stringify(secrets)).not.toContain('another-secret')
  const bodies = await at.on.rows(
    `select body from audit_payload where body like '%another-secret%'`,
  )
  expect(bodies).toEqual([])
})
