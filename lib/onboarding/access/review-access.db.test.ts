import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listReviews, readAccess } from '#lib/auth/access-queries.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { aged, granted, grantSeen, kept, removed } from '#lib/testing/access.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import type { Viewer } from '#lib/viewer.ts'
import { delegate } from '../delegations/delegate.ts'
import { changeGroup } from '../sync-directory.ts'
import { keepAccess, setReviewDays } from './review-access.ts'
import { tellOfReviews } from './tell-of-reviews.ts'

let changes: TestChanges
let people: Record<'ada' | 'ben' | 'farah' | 'grace' | 'hugo' | 'dana' | 'iris' | 'chen', Viewer>
const OWNERS = { grant: 'owner payments-owners' }
const DEVELOPERS = { grant: 'developer payments-developers' }

beforeAll(async () => {
  changes = await testChanges()
  const of = (user: string) => changes.organisation.viewer(user)
  people = {
    ...changes.viewers,
    ...{ hugo: await of('hugo.meyer'), dana: await of('dana.silva') },
    ...{ iris: await of('iris.novak'), chen: await of('chen.wei') },
  }
})
beforeEach(async () => {
  await changes.rows(`delete from membership where added_by = 'sys:test'`)
  for (const tenant of ['payments', 'lending', 'platform']) await aged(changes, tenant, 0)
})
afterAll(() => changes?.close())

async function members(group: string, change: { add?: string[]; remove?: string[] }) {
  const id = async (user: string) =>
    (await changes.rows<{ id: string }>(`select id from person where user_name = $1`, user))[0]
      ?.id ?? ''
  const [row] = await changes.rows<{ id: string; directory: string }>(
    `select id, directory_id as directory from directory_group where name = $1`,
    group,
  )
  const addMembers = await Promise.all((change.add ?? []).map(id))
  const removeMembers = await Promise.all((change.remove ?? []).map(id))
  const answer = await changeGroup(
    changes.organisation.platform,
    { id: row?.directory ?? '', name: 'sandbox' },
    { id: row?.id ?? '', change: { addMembers, removeMembers } },
  )
  expect(answer.ok).toBe(true)
}

/** So many days from now, as a face of UTC's clocks. */
function until(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16)
}

test('a grant is in date from when it was made, due after the tenant’s days, lapsed two weeks later', async () => {
  const state = async () => (await grantSeen(changes, people.ben, OWNERS)).state
  const at = [
    [165, 'current'],
    [167, 'due'],
    [181, 'overdue'],
    [195, 'lapsed'],
  ] as const
  for (const [days, said] of at) {
    await aged(changes, 'payments', days)
    expect([days, await state()]).toEqual([days, said])
  }
  const [worst] = await listReviews(changes.organisation.platform, people.grace)
  expect(worst).toMatchObject({ slug: 'payments', grants: 2, lapsed: 2, overdue: 0, due: 0 })
  const set = { tenant: 'payments', days: 300, reason: 'agreed with audit' }
  expect(await setReviewDays(changes.organisation.platform, people.grace, set)).toMatchObject({
    ok: true,
  })
  expect(await state()).toBe('current')
  await setReviewDays(changes.organisation.platform, people.grace, { ...set, days: 180 })
})

test('who does not hold the role by it keeps it alone; who does is confirmed by another', async () => {
  await aged(changes, 'payments', 200)
  expect(await kept(changes, people.farah, DEVELOPERS)).toBe('kept')
  expect(await grantSeen(changes, people.ben, DEVELOPERS)).toMatchObject({
    ...{ state: 'current', attestedBy: 'Farah Haddad', confirmedOf: null, alone: false },
  })
  expect(await kept(changes, people.ben, OWNERS)).toBe('waits')
  expect((await grantSeen(changes, people.ben, OWNERS)).state).toBe('lapsed')
  expect(await kept(changes, people.ben, OWNERS)).toBe('access_needs_another')
  expect(await kept(changes, people.farah, OWNERS)).toBe('kept')
  expect(await grantSeen(changes, people.ben, OWNERS)).toMatchObject({
    ...{ state: 'current', attestedBy: 'Farah Haddad', confirmedOf: 'Ben Carter', pending: null },
  })
})

test('nobody keeps a grant of their own by name; another owner does', async () => {
  await granted(changes, { role: 'approver', to: 'ben.carter' })
  const grant = { grant: 'approver Ben Carter' }
  expect(await kept(changes, people.ben, grant)).toBe('access_own')
  expect(await kept(changes, people.farah, grant)).toBe('kept')
})

test('a group that changed since it was seen is seen again, and a word on the old one waits for nobody', async () => {
  const { principalId, role, seen } = await grantSeen(changes, people.farah, DEVELOPERS)
  expect(await kept(changes, people.ben, OWNERS)).toBe('waits')
  await members('payments-developers', { add: ['chen.wei'] })
  await members('payments-owners', { add: ['chen.wei'] })
  try {
    const asked = { tenant: 'payments', grants: [{ principalId, role, seen }] }
    expect(await keepAccess(changes.organisation.platform, people.farah, asked)).toEqual({
      ok: false,
      error: { code: 'access_moved', grants: ['developer by payments-developers'] },
    })
    expect(await kept(changes, people.farah, OWNERS)).toBe('waits')
  } finally {
    await members('payments-developers', { remove: ['chen.wei'] })
    await members('payments-owners', { remove: ['chen.wei'] })
  }
})

test('where one owner is left, an administrator of the platform is the second; with two, none of theirs', async () => {
  expect((await readAccess(changes.organisation.platform, people.grace, 'payments'))?.attests).toBe(
    false,
  )
  expect(await kept(changes, people.grace, OWNERS)).toBe('access_not_yours')
  await members('payments-owners', { remove: ['farah.haddad'] })
  try {
    expect(await kept(changes, people.ben, OWNERS)).toBe('waits')
    expect(await kept(changes, people.grace, OWNERS)).toBe('kept')
    await changes.rows(
      `update person set status = 'disabled' where user_name in ('grace.kim', 'hugo.meyer')`,
    )
    expect(await kept(changes, people.ben, OWNERS)).toBe('kept')
    expect(await grantSeen(changes, people.ben, OWNERS)).toMatchObject({ alone: true })
  } finally {
    await changes.rows(
      `update person set status = 'active' where user_name in ('grace.kim', 'hugo.meyer')`,
    )
    await members('payments-owners', { add: ['farah.haddad'] })
  }
})

test('others neither see nor touch it', async () => {
  const { platform } = changes.organisation
  const { principalId, role, seen } = await grantSeen(changes, people.ben, OWNERS)
  const asked = { tenant: 'payments', grants: [{ principalId, role, seen }] }
  for (const viewer of [people.ada, people.dana, people.iris]) {
    const answer = await keepAccess(platform, viewer, asked)
    expect(answer).toEqual({ ok: false, error: { code: 'access_not_yours' } })
  }
  expect(await readAccess(platform, people.dana, 'payments')).toBeNull()
  expect(await readAccess(platform, people.ada, 'payments')).toBeNull()
  expect(await readAccess(platform, people.ben, 'platform')).toBeNull()
  expect((await listReviews(platform, people.dana)).map(({ slug }) => slug)).toEqual(['lending'])
  expect((await readAccess(platform, people.iris, 'payments'))?.attests).toBe(false)
})

test('the platform’s own grants are its administrators’', async () => {
  const admins = { tenant: 'platform', grant: 'admin platform-admins' }
  expect(await kept(changes, people.grace, admins)).toBe('waits')
  expect(await kept(changes, people.hugo, admins)).toBe('kept')
  expect(await removed(changes, people.grace, admins)).toBe('access_last')
  await granted(changes, { role: 'auditor', to: 'chen.wei', tenant: 'platform' })
  const auditor = { tenant: 'platform', grant: 'auditor Chen Wei' }
  expect(await removed(changes, people.grace, auditor)).toBe('removed')
  await granted(changes, { role: 'auditor', to: 'chen.wei', tenant: 'platform' })
  const scope = { actor: people.ben.id, tenants: [PLATFORM_TENANT] }
  const gone = await changes.organisation.platform.db.inContext(
    scope,
    (tx) => tx.$executeRaw`delete from membership where tenant_id = ${PLATFORM_TENANT}`,
  )
  expect(gone).toBe(0)
})

test('removed, the role is gone at once, with the place in open changes; the last owner’s stays; given again, its history goes on', async () => {
  expect(await removed(changes, people.ben, OWNERS)).toBe('access_last')
  await granted(changes, { role: 'owner', to: 'dana.silva' })
  const { changeId } = await changes.submitted('place-falls')
  const places = async () =>
    (
      await changes.rows<{ id: string }>(
        `select principal_id as id from stage_principal where change_id = $1`,
        changeId,
      )
    ).map(({ id }) => id)
  expect(await places()).toContain(people.dana.id)
  const { platform } = changes.organisation
  const made = await delegate(platform, await changes.organisation.viewer('dana.silva'), {
    ...{ delegateId: people.ben.id, scope: { of: 'tenant', tenant: 'payments' } },
    ...{ zone: 'UTC', from: '', until: until(7), reason: '' },
  })
  expect(made.ok).toBe(true)
  expect(await removed(changes, people.ben, { grant: 'owner Dana Silva' })).toBe('removed')
  expect(await places()).not.toContain(people.dana.id)
  expect(
    await changes.rows(
      `select ended_by = $1 as by, end_reason from delegation where delegator_id = $2`,
      people.ben.id,
      people.dana.id,
    ),
  ).toEqual([{ by: true, end_reason: 'a role that it rests on was taken away' }])
  expect((await changes.organisation.viewer('dana.silva')).roles).not.toHaveProperty(
    (await grantSeen(changes, people.ben, OWNERS)).tenantId,
  )
  const told = await changes.rows<{ title: string }>(
    `select title from notice where person_id = $1 and event = 'access.removed'`,
    people.dana.id,
  )
  expect(told).toEqual([{ title: 'A role was taken away from you: owner by Dana Silva, payments' }])
  await granted(changes, { role: 'owner', to: 'dana.silva' })
  const history = await changes.rows<{ version: number; op: string }>(
    `select version, op from row_history where table_name = 'membership' and image->>'principal_id' = $1 and image->>'role' = 'owner' order by version`,
    people.dana.id,
  )
  expect(history.map(({ op }) => op).slice(-3)).toEqual(['I', 'D', 'I'])
  expect(
    (await grantSeen(changes, people.ben, { grant: 'owner Dana Silva' })).attestedBy,
  ).toBeNull()
})

test('the database itself refuses a word in another’s name, of other people, alone on one’s own, and any alteration', async () => {
  const { principalId, tenantId, people: seenPeople } = await grantSeen(changes, people.ben, OWNERS)
  const insert = (by: string, of: unknown, second = false) =>
    changes.organisation.platform.db.inContext(
      { actor: people.ben.id, tenants: [tenantId] },
      (tx) => tx.$executeRaw`
        insert into access_attestation (id, tenant_id, principal_id, role, verdict, people, seen_hash, needs_second, attested_by)
        values (${`att_${Math.random()}`}, ${tenantId}, ${principalId}, 'owner', 'keep', ${JSON.stringify(of)}::jsonb, sha256('x'), ${second}, ${by})`,
    )
  await expect(insert(people.farah.id, seenPeople)).rejects.toThrow(/SW051/)
  await expect(insert(people.ben.id, [])).rejects.toThrow(/SW052/)
  await expect(insert(people.ben.id, seenPeople)).rejects.toThrow(/SW053/)
  expect(await insert(people.ben.id, seenPeople, true)).toBe(1)
  await expect(
    changes.organisation.platform.db.inContext(
      { actor: people.ben.id, tenants: [tenantId] },
      (tx) => tx.$executeRaw`update access_attestation set needs_second = false`,
    ),
  ).rejects.toThrow(/42501|permission denied/)
})

test('of two owners who keep at the same moment one is the first, the other the second', async () => {
  const said = await Promise.all([
    kept(changes, people.ben, OWNERS),
    kept(changes, people.farah, OWNERS),
  ])
  expect(said.sort()).toEqual(['kept', 'waits'])
  expect((await grantSeen(changes, people.ben, OWNERS)).attestedBy).not.toBeNull()
})

test('who attests is told once at each stage of a period, however many workers look', async () => {
  await changes.rows(`delete from access_told`)
  const told = async (event: string) =>
    (
      await changes.rows<{ title: string; who: string }>(
        `select p.user_name as who, n.title from notice n join person p on p.id = n.person_id where n.event = $1 order by 1, 2`,
        event,
      )
    ).map(({ who, title }) => `${who}: ${title}`)
  const look = () => Promise.all([1, 2, 3].map(() => tellOfReviews(changes.worker)))
  await look()
  expect(await told('access.due')).toEqual([])
  await aged(changes, 'payments', 170)
  await look()
  const line = 'An access review waits for you: 2 grants in Payments'
  expect(await told('access.due')).toEqual([`ben.carter: ${line}`, `farah.haddad: ${line}`])
  await aged(changes, 'payments', 185)
  await look()
  await look()
  expect((await told('access.overdue')).map((each) => each.split(':')[0])).toEqual([
    'ben.carter',
    'farah.haddad',
  ])
  expect(await told('access.due')).toHaveLength(2)
})
