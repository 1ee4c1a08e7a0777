import type { LdapGroup, LdapPerson } from '#lib/directory/ldap/entry.ts'
import type { Known, KnownPerson, Reading, SyncPlan } from '#lib/directory/ldap/plan.ts'

/** A person as a server tells of one. */
export const person = (name: string, differs: Partial<LdapPerson['facts']> = {}): LdapPerson => ({
  ...{ objectId: `id-${name}`, dn: `uid=${name}`, manager: null },
  facts: {
    ...{ userName: name, externalId: `id-${name}`, displayName: name, email: '', active: true },
    ...differs,
  },
})
/** A group with its direct members: those whose names begin with g are groups. */
export const group = (name: string, ...members: string[]): LdapGroup => ({
  ...{ objectId: `id-${name}`, dn: `cn=${name}`, name },
  members: members.map((one) => (one.startsWith('g') ? `cn=${one}` : `uid=${one}`)),
})
/** A full reading, unless it says otherwise. */
export const reading = (differs: Partial<Reading>): Reading => ({
  ...{ isFull: true, people: [], groups: [], skipped: [] },
  ...differs,
})
export const NOTHING: Known = { people: [], groups: [], entries: [] }

const idOf = (key: string) => (key.startsWith('new:') ? `known-${key.slice(7)}` : key)

/** What there is after a plan was done. */
export function after(known: Known, plan: SyncPlan): Known {
  const facts = new Map([...plan.changed, ...plan.disabled].map((one) => [one.id, one.facts]))
  const managers = new Map(plan.managers.map((one) => [idOf(one.person), one.manager]))
  const born = plan.newPeople.map(
    (one): KnownPerson => ({ ...one.facts, id: `known-${one.objectId.slice(3)}`, managerId: null }),
  )
  const people = [...known.people.filter(({ id }) => !plan.removed.includes(id)), ...born].map(
    (one) => {
      const manager = managers.get(one.id)
      const managerId = manager === undefined ? one.managerId : manager && idOf(manager)
      return { ...one, ...facts.get(one.id), managerId }
    },
  )
  const joins = new Map(plan.joins.map((one) => [idOf(one.group), one.people.map(idOf)]))
  const leaves = new Map(plan.leaves.map((one) => [one.group, new Set(one.people)]))
  const renamed = new Map(plan.renamed.map((one) => [one.id, one]))
  const groups = [
    ...known.groups.filter(({ id }) => !plan.droppedGroups.includes(id)),
    ...plan.newGroups.map(({ objectId, name }) => ({
      ...{ id: `known-${objectId.slice(3)}`, name, externalId: objectId, members: [] as string[] },
    })),
  ].map((one) => ({
    ...one,
    name: renamed.get(one.id)?.name ?? one.name,
    externalId: renamed.get(one.id)?.objectId ?? one.externalId,
    members: [
      ...one.members.filter((id) => !leaves.get(one.id)?.has(id) && !plan.removed.includes(id)),
      ...(joins.get(one.id) ?? []),
    ],
  }))
  const entries = plan.entries.map(({ key, ...rest }) => ({ ...rest, principalId: idOf(key) }))
  return { people, groups, entries }
}
