import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort, startWorker, until } from '#lib/testing/real-parts.ts'
import { type ServiceNowGround, serviceNowGround } from '#lib/testing/servicenow-ground.ts'
import type { Fault } from '#sandbox/servicenow/faults.ts'
import { withdrawChange } from '../withdraw-change.ts'

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
  return `faulty-${made}`
}

const on = fc.constantFrom('GET' as const, 'POST' as const, 'PATCH' as const, undefined)
const times = fc.integer({ min: 1, max: 2 })
const kind = fc.constantFrom<Fault>(
  { kind: 'unauthorised' },
  { kind: 'forbidden' },
  { kind: 'busy', afterSeconds: 0 },
  { kind: 'error' },
  { kind: 'asleep' },
  { kind: 'down' },
  { kind: 'silent' },
  { kind: 'slow', ms: 1700 },
)
const faults = fc.array(
  fc.record({ kind, on, times }).map(({ kind: fault, on: method, times: many }): Fault => {
    const narrowed = method === undefined ? {} : { on: method }
    return { ...fault, ...narrowed, times: many }
  }),
  { maxLength: 3 },
)
/** What happens to a change, and how the instance misbehaves after each. */
const lives = fc.record({
  acts: fc.uniqueArray(fc.constantFrom('approve', 'start'), { maxLength: 2 }),
  withdrawn: fc.boolean(),
  faults: fc.array(faults, { minLength: 4, maxLength: 4 }),
})

async function misbehaving(changeId: string, next: readonly Fault[]): Promise<void> {
  await at.snow.faults([...next])
  await at.syncOnce(changeId)
}

async function lived(life: {
  acts: readonly string[]
  withdrawn: boolean
  faults: readonly Fault[][]
}): Promise<string> {
  const change = await at.on.submitted(name())
  const { changeId } = change
  const [first = [], second = [], third = [], last = []] = life.faults
  await misbehaving(changeId, first)
  if (life.acts.includes('approve')) await at.approve(change)
  await misbehaving(changeId, second)
  const starts = life.acts.includes('approve') && life.acts.includes('start')
  if (starts) await at.start(changeId)
  await misbehaving(changeId, third)
  if (life.withdrawn && !starts)
    await withdrawChange(at.on.organisation.platform, at.on.viewers.ada, {
      changeId,
      reason: 'not needed any more',
    })
  await misbehaving(changeId, last)
  await at.snow.faults([])
  await at.sync(changeId)
  const state = starts ? '-1' : life.withdrawn ? '4' : life.acts.includes('approve') ? '-2' : '-5'
  expect(await at.there(change.number)).toMatchObject([{ state }])
  const notes = await at.notes(change.number)
  expect(new Set(notes).size).toBe(notes.length)
  const moves = await at.on.rows(`select 1 from change_transition where change_id = $1`, changeId)
  expect(notes.filter((text) => / move \d+\]$/.test(text))).toHaveLength(moves.length)
  return state
}

test('however it misbehaves, in the end every change stands there once, every note once', async () => {
  const ends = new Set<string>()
  await fc.assert(
    fc.asyncProperty(lives, async (life) => void ends.add(await lived(life))),
    { numRuns: 25, endOnFailure: true },
  )
  expect(ends.size).toBeGreaterThan(2)
}, 400_000)

test('workers killed in the middle, one after another: each change stands there once, each note once', async () => {
  const changes: { changeId: string; number: number }[] = []
  for (let n = 0; n < 4; n += 1) {
    const change = await at.on.submitted(name())
    await at.approve(change)
    changes.push(change)
  }
  const needs = { organisation: at.on.organisation, gitUrl: 'http://127.0.0.1:1' }
  const smtpPort = await freePort()
  const everything = async () => {
    const { changes: records, notes } = await at.snow.rows()
    return records.length + notes.length
  }
  /** All that was asked for has come about by now, and the time that would be waited for it is over. */
  const due = async () => {
    await setTimeout(1000)
    await at.on.rows(
      `with l as (update servicenow_line set next_attempt_at = now()), r as (update servicenow_record set asked_at = asked_at - interval '200 seconds' where sys_id is null)
       update servicenow_change set lease_until = null, next_attempt_at = now()`,
    )
  }
  /** Each has started, and that was told. */
  const told = async () => {
    const rows = await at.on.rows(
      `select 1 from servicenow_change s join change c on c.id = s.change_id
       where s.change_id = any($1) and (s.confirmed < s.wanted or c.state = 'scheduled')`,
      changes.map(({ changeId }) => changeId),
    )
    return rows.length === 0
  }
  await at.snow.faults([{ kind: 'slow', ms: 60 }])
  for (let killed = 0; killed < 4; killed += 1) {
    const before = await everything()
    const worker = await startWorker({ ...needs, smtpPort })
    try {
      await until('something was told', 60, async () => (await everything()) > before + killed)
    } finally {
      await worker.kill()
    }
    await due()
  }
  await at.snow.faults([])
  const last = await startWorker({ ...needs, smtpPort })
  try {
    await until('everything was told', 120, told)
  } finally {
    await last.kill()
  }
  for (const { number } of changes) {
    expect(await at.there(number)).toMatchObject([{ state: '-1' }])
    const notes = await at.notes(number)
    expect(new Set(notes).size).toBe(notes.length)
  }
}, 300_000)
