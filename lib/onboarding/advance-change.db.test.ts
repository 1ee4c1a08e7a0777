import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Move } from '#lib/changes/guards.ts'
import { lockChange } from '#lib/changes/store.ts'
import type { ChangeEvent } from '#lib/changes/transitions.ts'
import { AS_WORKER, type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { advanceChange, BrokenGuard } from './advance-change.ts'
import { readGuardFacts } from './guard-facts.ts'

/** Changes as the product's own commands made them; each case breaks one row of one, as no command would, and moves it all the same. */
let at: TestChanges
let waits: { changeId: string; planHash: string }
let runs: { changeId: string }
let stopped: { changeId: string }

beforeAll(async () => {
  at = await testChanges()
  waits = await at.submitted('guard-waits')
  runs = await at.running('guard-runs')
  stopped = await at.failed('guard-stopped')
})
afterAll(() => at?.close())

type Moving = { changeId: string; events: readonly Move[]; sql?: string; reason?: string | null }

/** Breaks a row, moves the change in the same transaction, and rolls all of it back; answers what was refused. */
async function moved({ changeId, events, sql, reason = 'why' }: Moving, actor = 'sys:worker') {
  const [before] = await at.rows<{ tenant_id: string }>(
    `select state, version, tenant_id from change where id = $1`,
    changeId,
  )
  const answer = await at.organisation.owner
    .inContext({ actor, tenants: [before?.tenant_id ?? ''], reason: 'test' }, async (tx) => {
      if (sql) await tx.$executeRawUnsafe(sql, changeId)
      await advanceChange(at.organisation.platform, tx, { changeId, events, reason })
      throw new Moved()
    })
    .catch((error: unknown) => error)
  const [after] = await at.rows(
    `select state, version, tenant_id from change where id = $1`,
    changeId,
  )
  expect(after).toEqual(before)
  if (answer instanceof Moved) return 'moved'
  if (!(answer instanceof BrokenGuard)) throw answer
  return answer.message.replace(`change ${changeId} may not move: `, '')
}

class Moved extends Error {}

const BLOCKED = (phase: string) =>
  `insert into check_result (tenant_id, change_id, revision, subject_id, phase, check_id, check_version, outcome, reason_code, evidence, inputs_hash)
   select c.tenant_id, c.id, c.revision, c.id, '${phase}', d.id, d.version, 'fail', 'x', '{}', '\\x00' from change c, check_definition d where c.id = $1 and d.severity = 'blocking' limit 1`
const OTHER_PLAN = `update change set plan_hash = (select hash from plan p where p.hash <> plan_hash limit 1) where id = $1`
const VOTED = (who: string) =>
  `with voted as (insert into decision (id, tenant_id, stage_id, change_id, revision, plan_hash, decider_id, verdict)
     select 'dec_' || substr(s.id, 5), s.tenant_id, s.id, s.change_id, s.revision, s.plan_hash, p.id, 'approve' from approval_stage s, person p where s.change_id = $1 and p.user_name = '${who}')
   update approval_stage set state = 'satisfied' where change_id = $1`
const STANDARD = `update change set type = 'standard', standard_id = (select id from standard_template limit 1) where id = $1`

test.each<[string, Omit<Moving, 'changeId'>, string]>([
  ['submit', { events: ['submit'], sql: BLOCKED('submit') }, 'submit: checks_pass'],
  ['submit', { events: ['submit'], sql: OTHER_PLAN }, 'submit: plan_sealed'],
  [
    'submit',
    { events: ['submit'], sql: `delete from name_reservation where change_id = $1` },
    'submit: names_reserved',
  ],
  ['edit', { events: [{ event: 'edit', base: 1 }] }, 'edit: base_revision_current'],
  [
    'ask_approval',
    {
      events: ['ask_approval'],
      sql: `update person p set status = 'disabled' from approval_stage s where s.change_id = $1 and p.user_name in ('farah.haddad', 'ben.carter', 'grace.kim')`,
    },
    'ask_approval: every_stage_fillable',
  ],
  ['preauthorise', { events: ['preauthorise'] }, 'preauthorise: inside_standard_bounds'],
  [
    'preauthorise, of a standard that speaks of another environment',
    { events: ['preauthorise'], sql: STANDARD },
    'preauthorise: inside_standard_bounds',
  ],
  [
    'return_for_changes',
    { events: ['return_for_changes'], reason: ' ' },
    'return_for_changes: comment_given',
  ],
  ['expire', { events: ['expire'] }, 'expire: deadline_past'],
  [
    'a window that is over',
    {
      events: ['schedule'],
      sql: `update change set window_end = now() - interval '1 second' where id = $1`,
    },
    'schedule: window_not_over',
  ],
  [
    'start, of a change that nobody approved or looked at again',
    { events: ['start'] },
    'start: checks_pass, start: plan_hash_unchanged, start: approvals_valid, start: one_live_run',
  ],
])('%s', async (_, moving, told) => {
  expect(await moved({ ...waits, ...moving })).toBe(told)
})

test('approve: on other bytes, by who asked for it, and with a stage open', async () => {
  const seen = waits.planHash
  const approve = (hash: string, sql?: string) =>
    moved({ ...waits, events: [{ event: 'approve', seen: hash }], ...(sql ? { sql } : {}) })
  expect(await approve(seen, VOTED('ada.okafor'))).toBe('approve: not_barred')
  expect(await approve('f'.repeat(64), VOTED('farah.haddad'))).toBe('approve: plan_hash_seen')
  expect(await approve(seen)).toBe('approve: not_barred, approve: every_stage_satisfied')
  expect(await approve(seen, VOTED('farah.haddad'))).toBe('moved')
})

test('withdraw: by somebody who neither asked for it nor owns the tenant', async () => {
  const { erik, ada, farah } = at.viewers
  const by = (actor: string) => moved({ ...waits, events: ['withdraw'] }, actor)
  expect([await by(erik.id), await by(ada.id), await by(farah.id)]).toEqual([
    'withdraw: requester_or_owner',
    'moved',
    'moved',
  ])
})

test.each<[Omit<Moving, 'changeId'>, string]>([
  [{ events: ['verify'] }, 'verify: steps_done'],
  [{ events: ['fail'] }, 'fail: attempts_spent_or_cancelled'],
  [
    { events: ['start'], sql: `update person set status = 'disabled' where $1 <> ''` },
    'start: approvals_valid',
  ],
  [{ events: ['start'], sql: BLOCKED('start') }, 'start: checks_pass'],
])('of a change that runs: %j', async (moving, told) => {
  expect(await moved({ ...runs, ...moving })).toBe(told)
})

test.each<[Omit<Moving, 'changeId'>, string]>([
  [{ events: ['retry'] }, 'retry: one_live_run'],
  [{ events: ['retry'], sql: OTHER_PLAN }, 'retry: plan_hash_unchanged, retry: one_live_run'],
  [{ events: ['close'] }, 'close: every_target_ready_or_given_up'],
  [
    { events: ['close'], sql: `update change set close_code = 'successful' where id = $1` },
    'close: every_target_ready_or_given_up',
  ],
  [
    { events: ['close'], sql: `update change set close_code = 'unsuccessful' where id = $1` },
    'moved',
  ],
])('of a change that failed: %j', async (moving, told) => {
  expect(await moved({ ...stopped, ...moving })).toBe(told)
})

test.each<[ChangeEvent, number]>([
  ['withdraw', 1],
  ['expire', 3],
  ['close', 1],
  ['approve', 2],
  ['start', 5],
])('the facts of %s are read in %i statements', async (event, most) => {
  let statements = 0
  await at.workerDb.inContext(AS_WORKER, async (tx) => {
    const change = await lockChange(tx, runs.changeId)
    if (!change) throw new Error('no change')
    const counting = new Proxy(tx, {
      get(target, name, receiver) {
        if (name === '$queryRaw') statements += 1
        return Reflect.get(target, name, receiver)
      },
    })
    await readGuardFacts(counting, change, { events: [event], reason: null })
  })
  expect(statements).toBe(most)
})
