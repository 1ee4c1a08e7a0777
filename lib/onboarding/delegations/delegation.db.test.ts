import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { listAudit } from '#lib/audit/queries.ts'
import { approvalsFor, decisionsBy } from '#lib/changes/approval-queries.ts'
import {
  delegationChoices,
  delegationsOf,
  listDelegations,
} from '#lib/changes/delegation-queries.ts'
import { readChange } from '#lib/changes/page-queries.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { readFrame } from '#lib/notices/queries.ts'
import {
  asked,
  type Delegations,
  delegationRow,
  testDelegations,
} from '#lib/testing/delegations.ts'
import { startChange } from '../start-change.ts'
import { delegate } from './delegate.ts'
import { endDelegation } from './end-delegation.ts'

let at: Delegations

beforeAll(async () => {
  at = await testDelegations()
})
afterAll(() => at?.changes.close())
afterEach(() => at.clear())

test('who was delegated to signs for the other: shown as that everywhere, and it starts', async () => {
  const { ben, erik, iris } = at
  const change = await at.submitted('for-ben')
  expect(await at.inbox(erik)).toEqual([])
  const before = (await readFrame(at.platform, erik)).approvals
  await at.delegated(ben, erik)
  expect(await at.inbox(erik)).toEqual([{ number: change.number, delegator: 'Ben Carter' }])
  expect((await readFrame(at.platform, erik)).approvals).toBe(before + 1)
  const page = await readChange(at.platform, erik, { number: change.number })
  expect(page?.decision).toMatchObject({
    stage: 'Tenant owner',
    behalf: { id: ben.id, name: 'Ben Carter' },
  })
  expect(await at.vote(erik, change)).toBe('not_an_approver')
  expect(await at.vote(erik, change, ben)).toBe('approved')
  expect(await at.inbox(erik)).toEqual([])
  expect(await at.inbox(ben)).toEqual([])
  const after = await readChange(at.platform, ben, { number: change.number })
  const [decision] = after?.stages[0]?.decisions ?? []
  expect(decision).toMatchObject({ name: 'Erik Lund', delegator: 'Ben Carter' })
  for (const viewer of [erik, ben]) {
    const { rows } = await decisionsBy(at.platform, viewer, {})
    expect(rows.find(({ number }) => number === change.number)).toMatchObject({
      decider: 'Erik Lund',
      delegator: 'Ben Carter',
    })
  }
  const [event] = await at.changes.rows<{ body: string }>(
    `select p.body from audit_event e join audit_payload p using (tenant_id, seq) where e.subject = $1 and e.action = 'change.decided'`,
    change.changeId,
  )
  expect(JSON.parse(event?.body ?? '{}')).toMatchObject({ for: ben.id, delegation: /^dlg_/ })
  const audit = await listAudit(at.platform, iris, { q: `CHG-${change.number}` })
  expect(audit.rows.find(({ action }) => action === 'change.decided')?.actor).toBe(
    'Erik Lund for Ben Carter',
  )
  const delegations = await listAudit(at.platform, iris, { action: 'delegation.made' })
  expect(delegations.rows[0]?.subjectName).toBe('Erik Lund for Ben Carter')
  await startChange(at.changes.worker, change.changeId)
  expect(await at.state(change)).toBe('executing')
})

test('an approver bank-wide is stood in for only by another one, an owner by whoever decides there', async () => {
  const { ben, erik, hugo, dana, ada } = at
  const refused = async (...of: Parameters<typeof at.tryDelegate>) => at.tryDelegate(...of)
  expect(await refused(ben, dana)).toBe('delegate_not_entitled')
  expect(await refused(ben, ada)).toBe('delegate_not_entitled')
  expect(await refused(ada, ben)).toBe('delegation_not_yours')
  expect(await refused(ben, ben)).toBe('delegation_to_oneself')
  expect(await refused(ben, { id: 'usr_nobody' })).toBe('delegate_unknown')
  const approvers = { of: 'groups' as const, principals: [at.group('change-approvers')] }
  expect(await refused(erik, ben, { scope: approvers })).toBe('delegate_not_entitled')
  expect(await refused(ben, erik, { scope: approvers })).toBe('delegation_not_yours')
  expect(await refused(erik, hugo, { scope: approvers })).toBe('ok')
  const { people, tenants } = await delegationChoices(at.platform, ben)
  expect(people.map(({ name }) => name)).toEqual([
    ...['Erik Lund', 'Farah Haddad', 'Grace Kim', 'Hugo Meyer'],
  ])
  expect(tenants.map(({ slug }) => slug)).toEqual(['payments'])
})

test('a delegation for groups covers those stages in every tenant and no other', async () => {
  const { erik, hugo } = at
  const production = await at.submitted('by-group', {})
  await at.delegated(erik, hugo, {
    scope: { of: 'groups', principals: [at.group('change-approvers')] },
  })
  expect(await at.inbox(hugo)).toEqual([{ number: production.number, delegator: 'Erik Lund' }])
  expect(await at.vote(hugo, production, erik)).toBe('awaiting_approval')
  await at.reset()
  const other = await at.submitted('other-group', {})
  await at.delegated(erik, hugo, {
    scope: { of: 'groups', principals: [at.group('security-officers')] },
  })
  expect(await at.inbox(hugo)).toEqual([])
  expect(await at.vote(hugo, other, erik)).toBe('not_an_approver')
})

test('it is one hop: what was delegated is not passed on', async () => {
  const { ben, erik, hugo } = at
  const change = await at.submitted('one-hop')
  await at.delegated(ben, erik)
  await at.delegated(erik, hugo)
  expect(await at.inbox(hugo)).toEqual([])
  expect(await at.vote(hugo, change, ben)).toBe('no_delegation')
  expect(await at.vote(hugo, change, erik)).toBe('not_an_approver')
})

test('whoever stands in for who asked for a change decides nothing of it, in no name', async () => {
  const { ben, farah, erik } = at
  const change = await at.submitted('of-ben', {}, ben)
  expect(await at.inbox(erik)).toContainEqual({ number: change.number, delegator: null })
  await at.delegated(ben, erik)
  await at.delegated(farah, erik)
  expect(await at.inbox(erik)).toEqual([])
  for (const behalf of [undefined, ben, farah])
    expect(await at.vote(erik, change, behalf)).toBe('barred_from_approving')
  const page = await readChange(at.platform, erik, { number: change.number })
  expect(page?.decision).toMatchObject({
    code: 'barred_from_approving',
    why: 'stand in for Ben Carter, who requested it',
  })
  await at.reset()
  expect(await at.vote(erik, change)).toBe('awaiting_approval')
})

test('two people, two votes: who was signed for has voted, and who signed has', async () => {
  const { ben, farah, erik } = at
  await at.twoOwners(async () => {
    const first = await at.submitted('signed-then-self')
    await at.delegated(ben, erik)
    expect(await at.vote(erik, first, ben)).toBe('awaiting_approval')
    expect(await at.vote(ben, first)).toBe('already_decided')
    expect(await at.vote(erik, first, ben)).toBe('already_decided')
    expect(await at.vote(farah, first)).toBe('approved')

    const second = await at.submitted('self-then-signed')
    expect(await at.vote(ben, second)).toBe('awaiting_approval')
    expect(await at.inbox(erik)).toEqual([])
    expect(await at.vote(erik, second, ben)).toBe('delegator_decided')
    await at.reset()

    const third = await at.submitted('both-of-one')
    await at.delegated(ben, farah)
    expect(await at.vote(farah, third)).toBe('awaiting_approval')
    expect(await at.vote(farah, third, ben)).toBe('already_decided')
    expect(await at.state(third)).toBe('awaiting_approval')
  })
})

test('it holds in its period alone', async () => {
  const { ben, erik } = at
  const change = await at.submitted('in-period')
  await at.delegated(ben, erik, { from: at.face(1), until: at.face(2) })
  expect(await at.inbox(erik)).toEqual([])
  expect(await at.vote(erik, change, ben)).toBe('no_delegation')
  await at.reset()
  await at.past(ben, erik)
  expect(await at.inbox(erik)).toEqual([])
  expect(await at.vote(erik, change, ben)).toBe('no_delegation')
})

test.each([
  ['unreadable', { until: 'soon' }],
  ['over', { until: '2020-01-01T00:00' }],
  ['reversed', { from: '2090-01-02T00:00', until: '2090-01-01T00:00' }],
  ['too_long', { days: 61 }],
  ['too_far', { from: '2090-01-01T00:00', until: '2090-01-02T00:00' }],
])(
  'a period that is %s is refused',
  async (why, { days, ...differs }: { days?: number; from?: string; until?: string }) => {
    const period = days === undefined ? differs : { until: at.face(days) }
    const answer = await delegate(
      at.platform,
      at.ben,
      asked(at.erik, { until: at.face(1), ...period }),
    )
    expect(answer).toEqual({ ok: false, error: { code: 'delegation_period', why } })
  },
)

test('one at a time; after it was ended another may be made', async () => {
  const { ben, erik, farah, hugo } = at
  const id = await at.delegated(ben, erik)
  expect(await at.tryDelegate(ben, hugo, { until: at.face(2) })).toBe('delegation_overlaps')
  expect(await at.tryDelegate(ben, hugo, { from: at.face(8), until: at.face(9) })).toBe('ok')
  expect(await at.tryDelegate(farah, erik)).toBe('ok')
  await endDelegation(at.platform, ben, { delegationId: id, reason: 'back early' })
  expect(await at.tryDelegate(ben, hugo, { until: at.face(2) })).toBe('ok')
})

test('both of them and administrators may end it, nobody else; each act is told and audited once', async () => {
  const { ben, erik, grace, chen, farah } = at
  for (const who of [ben, erik, grace]) {
    const id = await at.delegated(ben, erik)
    const end = (viewer: typeof ben) =>
      endDelegation(at.platform, viewer, { delegationId: id, reason: 'because' })
    for (const stranger of [chen, farah])
      expect(await end(stranger)).toEqual({ ok: false, error: { code: 'delegation_not_found' } })
    expect((await end(who)).ok).toBe(true)
    expect(await end(ben)).toEqual({ ok: false, error: { code: 'delegation_over' } })
    const events = await at.changes.rows<{ action: string; actor: string }>(
      `select action, actor from audit_event where subject = $1 and tenant_id = $2 order by seq`,
      id,
      PLATFORM_TENANT,
    )
    expect(events).toEqual([
      { action: 'delegation.made', actor: ben.id },
      { action: 'delegation.ended', actor: who.id },
    ])
    const told = await at.changes.rows<{ person: string; event: string }>(
      `select person_id as person, event from notice where change_id = $1`,
      id,
    )
    const others = [ben.id, erik.id].filter((person) => person !== who.id)
    expect(told.map(({ person, event }) => `${person} ${event}`).sort()).toEqual(
      [`${erik.id} delegation.made`, ...others.map((id) => `${id} delegation.ended`)].sort(),
    )
  }
})

test('given and received ones are listed to the two, all of them to auditors', async () => {
  const { ben, erik, farah, iris } = at
  const id = await at.delegated(ben, erik)
  const given = await delegationsOf(at.platform, ben)
  expect(given.given[0]).toMatchObject({
    ...{ id, delegate: 'Erik Lund', tenant: 'Payments', state: 'in_force', votes: 0 },
  })
  expect((await delegationsOf(at.platform, erik)).received[0]).toMatchObject({ id })
  const others = await delegationsOf(at.platform, farah)
  expect([...others.given, ...others.received].map((row) => row.id)).not.toContain(id)
  expect((await listDelegations(at.platform, iris, {})).rows[0]).toMatchObject({ id })
})

test('a vote that another signed is asked for the signer’s own sign-in', async () => {
  const { ben, erik } = at
  const change = await at.submitted('stepped-up')
  await at.changes.rows(
    `update approval_stage set step_up_minutes = 10 where change_id = $1`,
    change.changeId,
  )
  await at.delegated(ben, erik)
  const stale = { ...erik, authTime: 0 }
  expect(await at.vote(stale, change, ben)).toBe('step_up_needed')
  const [waiting] = await approvalsFor(at.platform, erik)
  expect(waiting?.number).toBe(change.number)
  expect(await at.vote(erik, change, ben)).toBe('approved')
})

test('the database itself lets nobody delegate for another, edit one, or sign without one', async () => {
  const { ben, erik, farah } = at
  const id = await at.delegated(ben, erik)
  await expect(
    at.as(
      erik,
      `insert into delegation (id, tenant_id, delegator_id, delegate_id, starts_at, ends_at) values ('dlg_x', $1, $2, $3, now(), now() + interval '1 day')`,
      at.payments,
      farah.id,
      erik.id,
    ),
  ).rejects.toMatchObject({ message: expect.stringContaining('SW041') })
  await expect(
    at.changes.rows(`update delegation set ends_at = ends_at + interval '1 day' where id = $1`, id),
  ).rejects.toMatchObject({ message: expect.stringContaining('SW006') })
  const change = await at.submitted('walled')
  const sign = (delegator: string, delegation: string) =>
    at.changes.rows(
      `insert into decision (id, tenant_id, stage_id, change_id, revision, plan_hash, decider_id, verdict, delegator_id, delegation_id)
       select 'dec_' || left(md5(random()::text), 20), s.tenant_id, s.id, s.change_id, s.revision, s.plan_hash, $2, 'approve', $3, $4 from approval_stage s where s.change_id = $1`,
      ...[change.changeId, erik.id, delegator, delegation],
    )
  await expect(sign(farah.id, id)).rejects.toMatchObject({
    message: expect.stringContaining('SW042'),
  })
  await endDelegation(at.platform, ben, { delegationId: id, reason: 'because' })
  await expect(sign(ben.id, id)).rejects.toMatchObject({
    message: expect.stringContaining('SW042'),
  })
  expect(await delegationRow(at, id)).toMatchObject({ ended_by: ben.id })
})
