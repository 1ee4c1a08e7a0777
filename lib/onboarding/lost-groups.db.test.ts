import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readProfile } from '#lib/auth/queries.ts'
import { approvalsFor } from '#lib/changes/approval-queries.ts'
import { readApprovalPolicies } from '#lib/changes/policy-queries.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { readTenant } from '#lib/fleet/tenant-queries.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { decideChange } from './decide-change.ts'
import { requestService, type Submitted } from './request-service.ts'
import { startChange } from './start-change.ts'
import { changeGroup, changeUser } from './sync-directory.ts'

let organisation: TestOrganisation
let database: Database
let worker: WorkerPlatform
let members: { group_id: string; person_id: string }[]

beforeAll(async () => {
  organisation = await testOrganisation()
  database = connect(organisation.database.workerUrl, { poolSize: 2, timeoutMs: 20_000 })
  worker = { ...organisation.platform, db: database } as unknown as WorkerPlatform
  members = await sql(`select group_id, person_id from group_member`)
})
/** Everybody back in their groups. */
afterEach(async () => {
  await sql(`delete from group_member`)
  for (const { group_id, person_id } of members)
    await sql(`insert into group_member (group_id, person_id) values ($1, $2)`, group_id, person_id)
  await sql(`update person set status = 'active' where status = 'disabled'`)
})
afterAll(async () => {
  await database?.close()
  await organisation?.close()
})

function sql<T>(text: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(text, ...values),
  )
}

async function submit(name: string) {
  const viewer = await organisation.viewer('ada.okafor')
  return requestService(organisation.platform, viewer, { request: aRequest(name) })
}

async function submitted(name: string): Promise<Submitted> {
  const answer = await submit(name)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  return answer.value
}

async function vote(user: string, { changeId, planHash }: Submitted) {
  const viewer = await organisation.viewer(user)
  const decision = { changeId, planHash, verdict: 'approve' as const, comment: '' }
  return decideChange(organisation.platform, viewer, decision)
}

async function approved(name: string): Promise<Submitted> {
  const change = await submitted(name)
  for (const user of ['ben.carter', 'erik.lund'])
    expect(await vote(user, change)).toMatchObject({ ok: true })
  return change
}

/** As the directory takes somebody out of a group. */
async function leaves(user: string, ...groups: string[]): Promise<void> {
  const directory = { id: '', name: 'sandbox' }
  for (const group of groups) {
    const [row] = await sql<{ directory: string; group: string; person: string }>(
      `select g.directory_id as directory, g.id as "group", p.id as person from directory_group g, person p where g.name = $1 and p.user_name = $2`,
      group,
      user,
    )
    const answer = await changeGroup(
      organisation.platform,
      { ...directory, id: row?.directory ?? '' },
      { id: row?.group ?? '', change: { addMembers: [], removeMembers: [row?.person ?? ''] } },
    )
    expect(answer.ok).toBe(true)
  }
}

async function stateOf({ changeId }: Submitted): Promise<{ state: string; reason: string | null }> {
  const [row] = await sql<{ state: string; reason: string | null }>(
    `select c.state, (select t.reason from change_transition t where t.change_id = c.id order by seq desc limit 1) as reason from change c where c.id = $1`,
    changeId,
  )
  return row ?? { state: 'gone', reason: null }
}

test('with everybody in place the change starts', async () => {
  const change = await approved('all-in-place')
  await startChange(worker, change.changeId)
  expect((await stateOf(change)).state).toBe('executing')
})

test('an approver who left the group before voting has no vote, and the change no longer waits for them', async () => {
  const change = await submitted('left-before-vote')
  const before = await organisation.viewer('erik.lund')
  expect((await approvalsFor(organisation.platform, before)).map(({ number }) => number)).toContain(
    change.number,
  )
  await leaves('erik.lund', 'change-approvers')
  expect(await vote('erik.lund', change)).toMatchObject({ ok: false })
  const after = await organisation.viewer('erik.lund')
  expect(
    (await approvalsFor(organisation.platform, after)).map(({ number }) => number),
  ).not.toContain(change.number)
  expect(await vote('farah.haddad', change)).toMatchObject({ ok: true })
})

test('an owner who is still somebody’s approver, but no longer of this stage, is told whose it is', async () => {
  const change = await submitted('another-stage')
  await leaves('ben.carter', 'payments-owners')
  expect(await vote('ben.carter', change)).toMatchObject({
    ok: false,
    error: { code: 'not_an_approver', stages: ['Tenant owner', 'Change approval'] },
  })
})

test('an approver who left the group after voting is named when the start sends the change back', async () => {
  const change = await approved('left-after-vote')
  await leaves('erik.lund', 'change-approvers')
  await startChange(worker, change.changeId)
  expect(await stateOf(change)).toEqual({
    state: 'changes_requested',
    reason: 'Erik Lund may no longer approve Change approval; somebody else must',
  })
  const [run] = await sql<{ n: number }>(
    `select count(*)::int as n from run where change_id = $1`,
    change.changeId,
  )
  expect(run?.n).toBe(0)
})

test('an approver whose membership ran out after voting is named alike', async () => {
  const change = await approved('ran-out-after-vote')
  await sql(
    `update group_member set expires_at = now() - interval '1 minute' where person_id = (select id from person where user_name = 'erik.lund')`,
  )
  await startChange(worker, change.changeId)
  expect(await stateOf(change)).toMatchObject({
    state: 'changes_requested',
    reason: expect.stringContaining('Erik Lund may no longer approve'),
  })
})

test('an approver who was disabled after voting is named alike', async () => {
  const change = await approved('disabled-after-vote')
  const [erik] = await sql<{ id: string; directory_id: string }>(
    `select id, directory_id from person where user_name = 'erik.lund'`,
  )
  await changeUser(
    organisation.platform,
    { id: erik?.directory_id ?? '', name: 'sandbox' },
    {
      id: erik?.id ?? '',
      change: { patch: { Operations: [{ op: 'replace', path: 'active', value: 'False' }] } },
    },
  )
  await startChange(worker, change.changeId)
  expect(await stateOf(change)).toMatchObject({
    state: 'changes_requested',
    reason: expect.stringContaining('Erik Lund may no longer approve'),
  })
})

test('a requester who is no longer a developer at the start gets the change back with the check’s words', async () => {
  const change = await approved('no-longer-developer')
  await leaves('ada.okafor', 'payments-developers')
  await startChange(worker, change.changeId)
  const { state, reason } = await stateOf(change)
  expect(state).toBe('changes_requested')
  expect(reason).toContain('You may onboard services here: neither developer nor owner')
})

test.each([
  [
    'no change approver at all',
    ['erik.lund', 'farah.haddad'],
    'change-approvers',
    'Change approval',
  ],
  ['no owner at all', ['ben.carter', 'farah.haddad'], 'payments-owners', 'Tenant owner'],
])(
  'with %s the request is refused at submit, and the stage named',
  async (what, users, group, stage) => {
    for (const user of users) await leaves(user, group)
    const before = await sql(`select count(*) from change`)
    const answer = await submit(what.replaceAll(' ', '-'))
    const failing =
      !answer.ok && answer.error.code === 'checks_failed'
        ? answer.error.checks.filter(({ outcome }) => outcome === 'fail')
        : []
    expect(failing).toMatchObject([
      {
        checkId: 'approver_available',
        reasonCode: 'stage_unfillable',
        finding: expect.stringContaining(stage),
      },
    ])
    expect(await sql(`select count(*) from change`)).toEqual(before)
  },
)

test('one person for two stages is nobody for one of them', async () => {
  await leaves('ben.carter', 'payments-owners')
  await leaves('erik.lund', 'change-approvers')
  const answer = await submit('one-for-two')
  expect(!answer.ok && answer.error.code).toBe('checks_failed')
})

test('a request whose only other owner is the requester is refused: nobody approves their own', async () => {
  await leaves('farah.haddad', 'payments-owners')
  const ben = await organisation.viewer('ben.carter')
  const answer = await requestService(organisation.platform, ben, { request: aRequest('own-only') })
  const failing =
    !answer.ok && answer.error.code === 'checks_failed'
      ? answer.error.checks.filter(({ outcome }) => outcome === 'fail')
      : []
  expect(failing).toMatchObject([{ checkId: 'approver_available' }])
})

test('whose membership ran out is shown nowhere as a member', async () => {
  const { platform } = organisation
  const [grace, ben] = [
    await organisation.viewer('grace.kim'),
    await organisation.viewer('ben.carter'),
  ]
  const seen = async () => ({
    team: (await readTenant(platform, grace, 'payments'))?.teams.find(
      ({ name }) => name === 'payments-owners',
    )?.people,
    owners: (await readTenant(platform, grace, 'payments'))?.roles.find(
      ({ role }) => role === 'owner',
    )?.people,
    groups: (await readProfile(platform, ben))?.groups,
    approvers: (await readApprovalPolicies(platform, grace)).flatMap(({ stages }) =>
      stages.flatMap(({ people }) => people ?? []),
    ),
  })
  const before = await seen()
  expect(before).toMatchObject({ team: 2, owners: ['Ben Carter', 'Farah Haddad'] })
  await sql(
    `update group_member set expires_at = now() - interval '1 minute' where person_id in (select id from person where user_name in ('ben.carter', 'erik.lund')) returning group_id`,
  )
  expect(await seen()).toEqual({
    team: 1,
    owners: ['Farah Haddad'],
    groups: [],
    approvers: before.approvers.map((people) => people - 1),
  })
})
