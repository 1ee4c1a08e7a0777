import type { UserFacts } from '../scim.ts'
import type { LdapGroup, LdapPerson, Skipped } from './entry.ts'
import { effectiveMembers, type GroupNode } from './members.ts'

export type KnownPerson = UserFacts & { id: string; managerId: string | null }
export type KnownGroup = {
  id: string
  name: string
  externalId: string | null
  members: readonly string[]
}
/** What was read of an entry before. */
export type KnownEntry = {
  objectId: string
  kind: 'person' | 'group'
  dn: string
  members: readonly string[]
  principalId: string
}
/** What we have of a directory. */
export type Known = {
  people: readonly KnownPerson[]
  groups: readonly KnownGroup[]
  entries: readonly KnownEntry[]
}
/** What a server said: of everybody (`isFull`), or only what changed. */
export type Reading = {
  isFull: boolean
  people: readonly LdapPerson[]
  groups: readonly LdapGroup[]
  skipped: readonly Skipped[]
}

/** A person or a group: its id, or `new:<object id>` before it has one. */
export type Key = string
type EntryToKeep = Omit<KnownEntry, 'principalId'> & { key: Key }

export type SyncPlan = {
  newPeople: LdapPerson[]
  changed: { id: string; facts: UserFacts }[]
  disabled: { id: string; facts: UserFacts }[]
  /** Ids of people of whom a full reading knows nothing. */
  removed: string[]
  newGroups: LdapGroup[]
  renamed: { id: string; name: string; objectId: string }[]
  droppedGroups: string[]
  joins: { group: Key; people: Key[] }[]
  leaves: { group: string; people: string[] }[]
  managers: { person: Key; manager: Key | null }[]
  entries: EntryToKeep[]
  skipped: Skipped[]
}

/**
 * What there is to do, so that what we have of a directory is what its server says. Who is matched: by the immutable id; one without any, by name. Only a full reading tells who is gone. An entry
 * that cannot be read changes nothing of whom it is about. A new account that is disabled is not taken in.
 */
export function planSync(known: Known, reading: Reading): SyncPlan {
  const people = planPeople(known, reading)
  const groups = planGroups(known, reading)
  const entries = [...people.entries, ...groups.entries]
  const nodes = groups.entries.map(({ key, dn, members }): GroupNode => ({ key, dn, members }))
  const byDn = new Map(people.entries.map(({ dn, key }) => [dn, key]))
  const gone = new Set(people.removed)
  const members = effectiveMembers(nodes, byDn)
  const before = new Map(known.groups.map((group) => [group.id, group.members]))
  const joins = [...members].map(([group, now]) => {
    const had = new Set(before.get(group) ?? [])
    return { group, people: [...now].filter((key) => !had.has(key)) }
  })
  const leaves = [...members].map(([group, now]) => ({
    group,
    people: (before.get(group) ?? []).filter((id) => !now.has(id) && !gone.has(id)),
  }))
  return {
    ...people,
    ...groups,
    entries,
    joins: joins.filter(({ people: some }) => some.length > 0),
    leaves: leaves.filter(({ people: some }) => some.length > 0),
    managers: managersOf(known, reading, byDn, people.keyOf),
    skipped: [...reading.skipped, ...people.doubles, ...groups.doubles],
  }
}

function planPeople(known: Known, reading: Reading) {
  const { single, doubles } = withoutDoubles(reading.people, ({ facts }) => facts.userName)
  const match = matcherOf(known.people, single, ({ facts }) => facts.userName)
  const keyOf = (person: LdapPerson): Key => match(person)?.id ?? `new:${person.objectId}`
  const changed: SyncPlan['changed'] = []
  const disabled: SyncPlan['disabled'] = []
  for (const person of single) {
    const had = match(person)
    if (!had || isSame(had, person.facts)) continue
    const act = { id: had.id, facts: person.facts }
    if (had.active && !person.facts.active) disabled.push(act)
    else changed.push(act)
  }
  const kept = single.filter((person) => match(person) || person.facts.active)
  const entries: EntryToKeep[] = kept.map((person) => ({
    ...{ objectId: person.objectId, kind: 'person', dn: person.dn, members: [] },
    key: keyOf(person),
  }))
  const seen = seenIn(reading, entries)
  return {
    newPeople: single.filter((person) => !match(person) && person.facts.active),
    ...{ changed, disabled, doubles, keyOf },
    removed: reading.isFull
      ? known.people.filter((one) => !seen.has(one.id, one.externalId)).map(({ id }) => id)
      : [],
    entries: withEarlier(known, reading, 'person', entries),
  }
}

function planGroups(known: Known, reading: Reading) {
  const { single, doubles } = withoutDoubles(reading.groups, ({ name }) => name)
  const match = matcherOf(known.groups, single, ({ name }) => name)
  const entries: EntryToKeep[] = single.map((group) => ({
    ...{ objectId: group.objectId, kind: 'group', dn: group.dn, members: group.members },
    key: match(group)?.id ?? `new:${group.objectId}`,
  }))
  const seen = seenIn(reading, entries)
  return {
    newGroups: single.filter((group) => !match(group)),
    renamed: single.flatMap(({ objectId, name, ...group }) => {
      const had = match({ objectId, name, ...group })
      return !had || (had.name === name && had.externalId === objectId)
        ? []
        : [{ id: had.id, name, objectId }]
    }),
    doubles,
    droppedGroups: reading.isFull
      ? known.groups.filter((one) => !seen.has(one.id, one.externalId)).map(({ id }) => id)
      : [],
    entries: withEarlier(known, reading, 'group', entries),
  }
}

/** Of entries with the same name only the first by id is taken; names differ without case. */
function withoutDoubles<T extends { objectId: string; dn: string }>(
  found: readonly T[],
  nameOf: (one: T) => string,
): { single: T[]; doubles: Skipped[] } {
  const taken = new Map<string, string>()
  const doubles: Skipped[] = []
  const inOrder = [...found].sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
  const single = inOrder.filter((one) => {
    const name = nameOf(one).toLowerCase()
    const other = taken.get(name)
    if (other === undefined) return taken.set(name, one.dn)
    const why = `${other} has the same name, ${nameOf(one)}`
    doubles.push({ objectId: one.objectId, dn: one.dn, why })
    return false
  })
  return { single, doubles }
}

/** Finds what we have of an entry: by its id, else by name where that one has no id. A group's name is enough where its own entry was not found any more. */
function matcherOf<
  K extends { id: string; externalId: string | null },
  T extends { objectId: string },
>(known: readonly K[], found: readonly T[], nameOf: (one: T) => string): (one: T) => K | undefined {
  const byId = new Map(known.map((one) => [one.externalId, one]))
  const here = new Set<string | null>(found.map(({ objectId }) => objectId))
  const byName = new Map(
    known.flatMap((one) => {
      const isFree = one.externalId === null || ('name' in one && !here.has(one.externalId))
      return isFree ? [[knownName(one).toLowerCase(), one] as const] : []
    }),
  )
  return (one) => byId.get(one.objectId) ?? byName.get(nameOf(one).toLowerCase())
}

function knownName(one: object): string {
  const { userName, name } = one as { userName?: string; name?: string }
  return userName ?? name ?? ''
}

/** Whom a reading speaks of, if only by an entry that cannot be taken in. */
function seenIn(reading: Reading, entries: readonly EntryToKeep[]) {
  const keys = new Set(entries.map(({ key }) => key))
  const ids = new Set<string | null>([
    ...reading.skipped.flatMap(({ objectId }) => objectId ?? []),
    ...[...reading.people, ...reading.groups].map(({ objectId }) => objectId),
  ])
  return {
    has: (id: string, externalId: string | null) =>
      keys.has(id) || (externalId !== null && ids.has(externalId)),
  }
}

/** With what was read before of entries that this reading does not speak of: all of them where it tells changes only, else those that cannot be read now. */
function withEarlier(
  known: Known,
  reading: Reading,
  kind: KnownEntry['kind'],
  entries: readonly EntryToKeep[],
): EntryToKeep[] {
  const now = new Set(entries.map(({ objectId }) => objectId))
  const skipped = new Set(reading.skipped.map(({ objectId }) => objectId))
  const earlier = known.entries.filter(
    (one) =>
      one.kind === kind && !now.has(one.objectId) && (!reading.isFull || skipped.has(one.objectId)),
  )
  return [...entries, ...earlier.map(({ principalId, ...rest }) => ({ ...rest, key: principalId }))]
}

function managersOf(
  known: Known,
  reading: Reading,
  byDn: ReadonlyMap<string, Key>,
  keyOf: (person: LdapPerson) => Key,
): SyncPlan['managers'] {
  const had = new Map(known.people.map(({ id, managerId }) => [id, managerId]))
  return reading.people.flatMap((one) => {
    const person = keyOf(one)
    const manager = (one.manager === null ? null : byDn.get(one.manager)) ?? null
    const isHere = had.has(person) || one.facts.active
    return isHere && manager !== person && manager !== (had.get(person) ?? null)
      ? [{ person, manager }]
      : []
  })
}

function isSame(had: KnownPerson, facts: UserFacts): boolean {
  return (
    had.externalId === facts.externalId &&
    had.userName === facts.userName &&
    had.displayName === facts.displayName &&
    had.email === facts.email &&
    had.active === facts.active
  )
}
