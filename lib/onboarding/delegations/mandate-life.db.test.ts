import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { changeGroup, changeUser, createUser, deleteUser } from '#lib/onboarding/sync-directory.ts'
import { type Delegations, delegationRow, testDelegations } from '#lib/testing/delegations.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { BrokenGuard } from '../advance-change.ts'
import { requestService } from '../request-service.ts'
import { startChange } from '../start-change.ts'
import { endDelegation } from './end-delegation.ts'

const ROUNDS = Array.from({ length: 6 }, (_, round) => round)

let at: Delegations
let directory: { id: string; name: string }

beforeAll(async () => {
  at = await testDelegations()
  const [row] = await at.changes.rows<{ id: string }>(`select id from directory`)
  directory = { id: row?.id ?? '', name: 'sandbox' }
})
afterAll(() => at?.changes.close())
afterEach(() => at.clear())

/** A change that Erik approved for Ben, and by which delegation. */
async function signedFor(name: string) {
  const change = await at.submitted(name)
  const id = await at.delegated(at.ben, at.erik)
  expect(await at.vote(at.erik, change, at.ben)).toBe('approved')
  return { change, id }
}

/** Starts it as the queue would: what meets the second wall is tried again. */
async function started(change: { changeId: string }): Promise<string> {
  const start = () => startChange(at.changes.worker, change.changeId)
  await start().catch((error: unknown) => {
    if (!(error instanceof BrokenGuard)) throw error
    return start()
  })
  return at.state(change)
}

async function reasonOf({ changeId }: { changeId: string }): Promise<string> {
  const [row] = await at.changes.rows<{ reason: string }>(
    `select reason from change_transition where change_id = $1 order by seq desc limit 1`,
    changeId,
  )
  return row?.reason ?? ''
}

function setActive({ id }: Viewer, user: string, active: boolean) {
  const put = {
    ...{ userName: user, externalId: user, active, displayName: user },
    emails: [{ value: `${user}@bank.example` }],
  }
  return changeUser(at.platform, directory, { id, change: { put } })
}

function setMember({ id }: Viewer, group: string, member: boolean) {
  const change = { addMembers: member ? [id] : [], removeMembers: member ? [] : [id] }
  return changeGroup(at.platform, directory, { id: at.group(group), change })
}

test('a delegation that is revoked before the start takes its votes along', async () => {
  const { change, id } = await signedFor('revoked')
  await endDelegation(at.platform, at.ben, { delegationId: id, reason: 'not any more' })
  expect(await started(change)).toBe('changes_requested')
  expect(await reasonOf(change)).toBe(
    'Erik Lund may no longer sign Tenant owner for Ben Carter: the delegation ended, or one of them lost standing; somebody else must',
  )
})

test('that its period is over takes nothing away from a vote that was given in it', async () => {
  const { change, id } = await signedFor('ran-out')
  // time passes: the row as it would stand a year later
  await at.changes.rows(`alter table delegation disable trigger delegation_kept`)
  await at.changes.rows(
    `update delegation set starts_at = starts_at - interval '1 year', ends_at = ends_at - interval '1 year' where id = $1`,
    id,
  )
  await at.changes.rows(`alter table delegation enable trigger delegation_kept`)
  const later = await at.submitted('after-it-ran-out')
  expect(await at.vote(at.erik, later, at.ben)).toBe('no_delegation')
  expect(await started(change)).toBe('executing')
})

test.each([
  ['the delegator leaves', () => [at.ben, 'ben.carter'] as const],
  ['the delegate leaves', () => [at.erik, 'erik.lund'] as const],
])('when %s it ends for good, and its votes fall', async (_, whose) => {
  const [viewer, user] = whose()
  const { change, id } = await signedFor(`leaves-${user.split('.')[0]}`)
  await setActive(viewer, user, false)
  try {
    expect(await delegationRow(at, id)).toMatchObject({ ended_by: 'sys:scim' })
    expect(await started(change)).toBe('changes_requested')
  } finally {
    await setActive(viewer, user, true)
  }
  const other = await at.submitted(`comes-back-${user.split('.')[0]}`)
  expect(await at.vote(at.erik, other, at.ben)).toBe('no_delegation')
  const [told] = await at.changes.rows<{ n: number }>(
    `select count(*)::int as n from audit_event where subject = $1 and action = 'delegation.ended'`,
    id,
  )
  expect(told?.n).toBe(1)
})

test('when the delegator is taken out of their group it ends; the group of another matter changes nothing', async () => {
  const { change, id } = await signedFor('out-of-the-group')
  await setMember(at.ben, 'payments-core', false)
  await setMember(at.ben, 'payments-core', true)
  expect((await delegationRow(at, id))?.ended_at).toBeNull()
  await setMember(at.ben, 'payments-owners', false)
  try {
    expect(await delegationRow(at, id)).toMatchObject({ ended_by: 'sys:scim' })
    expect(await started(change)).toBe('changes_requested')
  } finally {
    await setMember(at.ben, 'payments-owners', true)
  }
})

test('when the delegate decides nothing any more by a role of their own it ends', async () => {
  const { change, id } = await signedFor('no-role-of-their-own')
  await setMember(at.erik, 'change-approvers', false)
  expect((await delegationRow(at, id))?.ended_at).toBeNull()
  await setMember(at.erik, 'security-officers', false)
  try {
    expect(await delegationRow(at, id)).toMatchObject({ ended_by: 'sys:scim' })
    expect(await started(change)).toBe('changes_requested')
  } finally {
    await setMember(at.erik, 'change-approvers', true)
    await setMember(at.erik, 'security-officers', true)
  }
})

test('a role that ran out is of no use at once, though nobody told', async () => {
  const { change } = await signedFor('ran-out-role')
  const expire = (when: string) =>
    at.changes.rows(
      `update group_member set expires_at = ${when} where person_id = $1 and group_id = any($2)`,
      at.erik.id,
      [at.group('change-approvers'), at.group('security-officers')],
    )
  await expire(`now() - interval '1 second'`)
  try {
    const other = await at.submitted('ran-out-role-too')
    expect(await at.vote(at.erik, other, at.ben)).toBe('no_delegation')
    expect(await started(change)).toBe('changes_requested')
  } finally {
    await expire('null')
  }
})

test('who is deleted has ended theirs', async () => {
  const { platform } = at
  const user = { userName: 'zoe.last', externalId: 'zoe.last', active: true }
  const made = await createUser(platform, directory, {
    ...{ ...user, displayName: 'Zoe', emails: [{ value: 'zoe@bank.example' }] },
  })
  if (!made.ok) throw new Error('not made')
  const zoe = { ...at.erik, id: made.value.id }
  await setMember(zoe, 'payments-owners', true)
  const id = await at.delegated(at.farah, zoe)
  expect((await deleteUser(platform, directory, zoe.id)).ok).toBe(true)
  expect(await delegationRow(at, id)).toMatchObject({ ended_by: 'sys:scim' })
})

test('an edit keeps a vote for another where nothing of its stage moved, and drops it when the delegation ended', async () => {
  const { ben, erik, ada, platform } = at
  await at.twoOwners(async () => {
    for (const ends of [false, true]) {
      const name = `carried-${ends ? 'not' : 'on'}`
      const change = await at.submitted(name)
      const id = await at.delegated(ben, erik)
      await at.vote(erik, change, ben)
      if (ends) await endDelegation(platform, ben, { delegationId: id, reason: 'because' })
      const again = await requestService(platform, ada, {
        request: aRequest(name, {
          targets: [{ environment: 'test', cluster: 'test-eu-1' }],
          reason: 'said otherwise',
        }),
        ...{ changeId: change.changeId, baseRevision: 1 },
      })
      expect(again.ok).toBe(true)
      const carried = await at.changes.rows(
        `select decider_id, delegator_id, delegation_id from decision where change_id = $1 and revision = 2`,
        change.changeId,
      )
      const vote = { decider_id: erik.id, delegator_id: ben.id, delegation_id: id }
      expect(carried).toEqual(ends ? [] : [vote])
      await at.reset()
    }
  })
})

test.each(ROUNDS)(
  'a revocation against a vote: it is before the vote or after it (%i)',
  async (n) => {
    const change = await at.submitted(`raced-${n}`)
    const id = await at.delegated(at.ben, at.erik)
    const [vote, ended] = await Promise.all([
      at.vote(at.erik, change, at.ben),
      endDelegation(at.platform, at.ben, { delegationId: id, reason: 'because' }),
    ])
    expect(ended.ok).toBe(true)
    const votes = await at.changes.rows<{ before: boolean }>(
      `select d.decided_at <= g.ended_at as before from decision d join delegation g on g.id = d.delegation_id where d.change_id = $1`,
      change.changeId,
    )
    expect(['approved', 'no_delegation']).toContain(vote)
    expect(votes).toEqual(vote === 'approved' ? [{ before: true }] : [])
    if (vote === 'approved') expect(await started(change)).toBe('changes_requested')
  },
)

test.each(ROUNDS)('both vote at once: one vote of the two counts (%i)', async (n) => {
  await at.twoOwners(async () => {
    const change = await at.submitted(`both-${n}`)
    await at.delegated(at.ben, at.erik)
    const answers = await Promise.all([
      at.vote(at.ben, change),
      at.vote(at.erik, change, at.ben),
      at.vote(at.erik, change, at.ben),
    ])
    expect(answers.filter((answer) => answer === 'awaiting_approval')).toHaveLength(1)
    for (const answer of answers)
      expect(['awaiting_approval', 'already_decided', 'delegator_decided']).toContain(answer)
    const votes = await at.changes.rows(
      `select id from decision where change_id = $1`,
      change.changeId,
    )
    expect(votes).toHaveLength(1)
  })
})

test.each(ROUNDS)(
  'a delegate who leaves as the change starts: it runs, or says who (%i)',
  async (n) => {
    const { change } = await signedFor(`starts-${n}`)
    try {
      await Promise.all([setActive(at.erik, 'erik.lund', false), started(change)])
    } finally {
      await setActive(at.erik, 'erik.lund', true)
    }
    expect(['executing', 'changes_requested']).toContain(await at.state(change))
  },
)

test('of two delegations made at once for one time one is made', async () => {
  for (const _ of ROUNDS) {
    const answers = await Promise.all([
      at.tryDelegate(at.ben, at.erik),
      at.tryDelegate(at.ben, at.hugo),
    ])
    expect(answers.sort()).toEqual(['delegation_overlaps', 'ok'])
    await at.reset()
  }
})
