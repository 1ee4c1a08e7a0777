import { PLATFORM_TENANT } from '#lib/id.ts'
import { changeGroup, changeUser } from '#lib/onboarding/sync-directory.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import type { Viewer } from '#lib/viewer.ts'

/** Everybody who does things in a history. Chen is of another tenant; Grace administers, Iris audits. */
export const CAST = [
  'ada.okafor',
  'ben.carter',
  'erik.lund',
  'farah.haddad',
  'hugo.meyer',
  'grace.kim',
  'iris.novak',
  'chen.wei',
] as const
export type Actor = (typeof CAST)[number]

/** Who may be taken out of which group: the two groups of approvers, and the requester's own. */
export const SEATS = {
  'ben.carter': 'payments-owners',
  'farah.haddad': 'payments-owners',
  'erik.lund': 'change-approvers',
  'ada.okafor': 'payments-developers',
} as const satisfies Partial<Record<Actor, string>>
export type Seated = keyof typeof SEATS

type Ids = { people: Map<Actor, string>; groups: Map<string, string>; directory: string }

/** One organisation, in one database, for all histories. */
export type World = {
  at: TestChanges
  ids: Ids
  /** The person as a request of now would find them; undefined when they may not sign in any more. */
  viewer(actor: Actor): Promise<Viewer | undefined>
  /** The directory takes a person in or out, or a member of a group. */
  setActive(actor: Actor, active: boolean): Promise<void>
  setMember(actor: Seated, member: boolean): Promise<void>
  /** How many owners sign off from now on. */
  setPolicy(owners: 1 | 2): Promise<void>
  setStandard(state: 'active' | 'suspended'): Promise<void>
  /** Nothing may start for a day, or everything may again. */
  setFreeze(on: boolean): Promise<void>
  /** Has the one a delegation to the other that lasts? Asked of the rows alone. */
  maySign(delegate: string, delegator: string): Promise<boolean>
  /** The two of a delegation that lasts. */
  aDelegation(): Promise<{ delegator: Actor; delegate: Actor } | undefined>
  /** Nobody stands in for anybody any more. */
  endDelegations(): Promise<void>
  /** Is the review of an emergency of the team overdue? */
  owesReview(): Promise<boolean>
  /** Everything as it was before the history. */
  reset(): Promise<void>
}

/** Lays the organisation, with room for as many services as histories may ask for, and a second version of the owners' policy. */
export async function openWorld(): Promise<World> {
  const at = await testChanges()
  await at.rows(`update tenant set max_services = 1000000`)
  await at.rows(
    `update tenant_quota set cpu_milli = 2000000000, memory_mib = 2000000000, instances = 1000000`,
  )
  await at.rows(
    `insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
     select v.policy_id, 2, v.tenant_id, v.scope, jsonb_set(v.body, '{stages,0,quorum}', '2'), sha256('two owners'), clock_timestamp(), 'sys:one', 'sys:other'
     from approval_policy_version v join approval_policy p on p.id = v.policy_id where p.name = 'Owner sign-off'`,
  )
  await at.rows(
    `insert into change_freeze (id, tenant_id, name, kind, reason, owner, zone, starts, duration, expanded_to)
     values ('frz_history', $1, 'History', 'blackout', 'because', 'the test', 'UTC', '2026-01-01T00:00', 'P1D', now() + interval '1 year')`,
    PLATFORM_TENANT,
  )
  const ids = await idsOf(at)
  const seen = new Map<Actor, Viewer>()
  const away = new Set<Actor>()
  const without = new Set<Seated>()
  const world: World = {
    at,
    ids,
    async viewer(actor) {
      if (away.has(actor)) return undefined
      const known = seen.get(actor) ?? (await at.organisation.viewer(actor))
      seen.set(actor, known)
      return known
    },
    async setActive(actor, active) {
      seen.delete(actor)
      if (active) away.delete(actor)
      else away.add(actor)
      await putActive(world, actor, active)
    },
    async setMember(actor, member) {
      seen.delete(actor)
      if (member) without.delete(actor)
      else without.add(actor)
      await putMember(world, actor, member)
    },
    async setPolicy(owners) {
      await at.rows(
        `update approval_policy set active_version = ${owners} where name = 'Owner sign-off' and active_version <> ${owners}`,
      )
    },
    async setStandard(state) {
      await at.rows(`update standard_template set state = $1 where state <> $1`, state)
    },
    async setFreeze(on) {
      await at.rows(`delete from freeze_occurrence where freeze_id = 'frz_history'`)
      if (on)
        await at.rows(
          `insert into freeze_occurrence (freeze_id, tenant_id, during) values ('frz_history', $1, tstzrange(now() - interval '1 hour', now() + interval '1 day'))`,
          PLATFORM_TENANT,
        )
    },
    ...delegationsIn(at),
    owesReview: () => owesReview(at),
    async reset() {
      // what an earlier history left unreviewed is another team's
      await at.rows(`update emergency_review set team = 'another' where reviewed_at is null`)
      await world.endDelegations()
      for (const actor of [...away]) await world.setActive(actor, true)
      for (const actor of [...without]) await world.setMember(actor, true)
      await world.setPolicy(1)
      await world.setStandard('active')
      await world.setFreeze(false)
    },
  }
  return world
}

async function owesReview(at: TestChanges): Promise<boolean> {
  const overdue = await at.rows(
    `select from emergency_review r join change c on c.id = r.change_id where c.type = 'emergency' and r.reviewed_at is null and r.due_at < clock_timestamp() and r.team = 'payments-core'`,
  )
  return overdue.length > 0
}

function delegationsIn(at: TestChanges): Pick<World, 'maySign' | 'aDelegation' | 'endDelegations'> {
  return {
    async maySign(delegate, delegator) {
      const found = await at.rows(
        `select from delegation where ended_at is null and delegate_id = $1 and delegator_id = $2 and starts_at <= now() and ends_at > now()`,
        delegate,
        delegator,
      )
      return found.length > 0
    },
    async aDelegation() {
      const [found] = await at.rows<{ delegator: Actor; delegate: Actor }>(
        `select a.user_name as delegator, b.user_name as delegate from delegation d join person a on a.id = d.delegator_id join person b on b.id = d.delegate_id
         where d.ended_at is null order by d.made_at desc limit 1`,
      )
      return found
    },
    async endDelegations() {
      await at.rows(
        `update delegation set ended_at = clock_timestamp(), ended_by = 'sys:test', end_reason = 'the history is over' where ended_at is null`,
      )
    },
  }
}

async function idsOf(at: TestChanges): Promise<Ids> {
  const people = await at.rows<{ id: string; name: Actor }>(
    `select id, user_name as name from person where user_name = any($1)`,
    CAST,
  )
  const groups = await at.rows<{ id: string; name: string; directory: string }>(
    `select id, name, directory_id as directory from directory_group`,
  )
  if (people.length !== CAST.length) throw new Error('the people were not pushed')
  return {
    people: new Map(people.map(({ id, name }) => [name, id])),
    groups: new Map(groups.map(({ id, name }) => [name, id])),
    directory: groups.find(({ directory }) => directory)?.directory ?? '',
  }
}

async function putActive({ at, ids }: World, actor: Actor, active: boolean): Promise<void> {
  const { platform } = at.organisation
  const put = {
    userName: actor,
    externalId: actor,
    active,
    displayName: actor,
    emails: [{ value: `${actor}@bank.example` }],
  }
  const directory = { id: ids.directory, name: 'sandbox' }
  const id = ids.people.get(actor) ?? ''
  const answer = await changeUser(platform, directory, { id, change: { put } })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
}

async function putMember({ at, ids }: World, actor: Seated, member: boolean): Promise<void> {
  const id = ids.groups.get(SEATS[actor]) ?? ''
  const people = [ids.people.get(actor) ?? '']
  const change = member
    ? { addMembers: people, removeMembers: [] }
    : { addMembers: [], removeMembers: people }
  const directory = { id: ids.directory, name: 'sandbox' }
  const answer = await changeGroup(at.organisation.platform, directory, { id, change })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
}
