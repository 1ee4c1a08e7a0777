import type { UserFacts } from '../scim.ts'
import { normalDn } from './dn.ts'
import type { LdapGroup, LdapPerson, Skipped } from './entry.ts'
import { matcherOf, withoutDoubles } from './match.ts'
import { effectiveMembers, type GroupNode } from './members.ts'
import { movedNames, namesStrangers, withMoved } from './moved.ts'

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
  /** `before` is the name that each had: another may have the new one still. */
  disabled: { id: string; facts: UserFacts; before: string }[]
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
  /** Of a reading of changes: somebody would lose a place who may only have been moved; a full reading tells. */
  isUnclear: boolean
}

/**
 * What there is to do, so that what we have of a directory is what its server says. Who is matched: by the immutable id; one without any, by name. Only a full reading tells who is gone. An entry
 * that cannot be taken in changes nothing of whom it is about, save that whoever it says is disabled loses their standing. A new account that is disabled is not taken in.
 */
export function planSync(known: Known, reading: Reading): SyncPlan {
  const people = planPeople(known, reading)
  const groups = planGroups(known, reading, people.moved)
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
  const leaves = [...members]
    .map(([group, now]) => ({
      group,
      people: (before.get(group) ?? []).filter((id) => !now.has(id) && !gone.has(id)),
    }))
    .filter(({ people: some }) => some.length > 0)
  const names = new Set(nodes.map(({ dn }) => dn))
  const isKnown = (dn: string) => byDn.has(dn) || names.has(dn)
  return {
    ...people,
    ...groups,
    entries,
    joins: joins.filter(({ people: some }) => some.length > 0),
    leaves,
    isUnclear:
      !reading.isFull &&
      leaves.length > 0 &&
      namesStrangers(known.entries, reading.groups, isKnown),
    managers: managersOf(known, reading, byDn, people.keyOf),
    skipped: [...reading.skipped, ...people.doubles, ...groups.doubles],
  }
}

function planPeople(known: Known, reading: Reading) {
  const names = {
    ofKnown: ({ userName }: KnownPerson) => userName,
    ofFound: ({ facts }: LdapPerson) => facts.userName,
  }
  const { single, doubles } = withoutDoubles(known.people, reading.people, names)
  // somebody known by an id is that one only: a name alone may have been given to another
  const match = matcherOf(known.people, ({ externalId }) => externalId === null, names)
  const keyOf = (person: LdapPerson): Key => match(person)?.id ?? `new:${person.objectId}`
  const changed: SyncPlan['changed'] = []
  const disabled = fallen(known, reading, new Set(doubles.map(({ objectId }) => objectId)))
  for (const person of single) {
    const had = match(person)
    if (!had || isSame(had, person.facts)) continue
    const act = { id: had.id, facts: person.facts }
    if (had.active && !person.facts.active) disabled.push({ ...act, before: had.userName })
    else changed.push(act)
  }
  const kept = single.filter((person) => match(person) || person.facts.active)
  const entries: EntryToKeep[] = kept.map((person) => ({
    ...{ objectId: person.objectId, kind: 'person', dn: person.dn, members: [] },
    key: keyOf(person),
  }))
  const spared = sparedBy(known, reading, doubles)
  const seen = seenIn(reading, entries, spared)
  return {
    newPeople: single.filter((person) => !match(person) && person.facts.active),
    ...{ changed, disabled, doubles, keyOf },
    removed: reading.isFull
      ? known.people.filter((one) => !seen.has(one.id, one.externalId)).map(({ id }) => id)
      : [],
    entries: withEarlier(known, { isFull: reading.isFull, spared }, 'person', entries),
    moved: movedNames(known.entries, entries),
  }
}

/** Of those whose entries cannot be taken in as they are, who is disabled: they lose their standing all the same, and keep the rest. */
function fallen(
  known: Known,
  reading: Reading,
  doubles: ReadonlySet<string | null>,
): SyncPlan['disabled'] {
  const down = new Set([
    ...reading.skipped.flatMap(({ objectId, isDisabled }) => (isDisabled ? [objectId] : [])),
    ...reading.people.flatMap(({ objectId, facts }) =>
      !facts.active && doubles.has(objectId) ? [objectId] : [],
    ),
  ])
  return known.people.flatMap(({ id, managerId: _, ...facts }) =>
    facts.active && facts.externalId !== null && down.has(facts.externalId)
      ? [{ id, facts: { ...facts, active: false }, before: facts.userName }]
      : [],
  )
}

function planGroups(known: Known, reading: Reading, movedPeople: ReadonlyMap<string, string>) {
  const names = {
    ofKnown: ({ name }: KnownGroup) => name,
    ofFound: ({ name }: LdapGroup) => name,
  }
  const { single, doubles } = withoutDoubles(known.groups, reading.groups, names)
  const spared = sparedBy(known, reading, doubles)
  const there = thereNow(known, reading, spared)
  // a name is enough only where the entry that had it is there no more
  const isFree = ({ externalId }: KnownGroup) => externalId === null || !there.has(externalId)
  const match = matcherOf(known.groups, isFree, names)
  const entries: EntryToKeep[] = single.map((group) => ({
    ...{ objectId: group.objectId, kind: 'group', dn: group.dn, members: group.members },
    key: match(group)?.id ?? `new:${group.objectId}`,
  }))
  const seen = seenIn(reading, entries, spared)
  const moved = new Map([...movedPeople, ...movedNames(known.entries, entries)])
  const earlier = { ...known, entries: known.entries.map((one) => withMoved(one, moved)) }
  return {
    newGroups: single.filter((group) => !match(group)),
    renamed: single.flatMap((group) => {
      const { objectId, name } = group
      const had = match(group)
      return !had || (had.name === name && had.externalId === objectId)
        ? []
        : [{ id: had.id, name, objectId }]
    }),
    doubles,
    droppedGroups: reading.isFull
      ? known.groups.filter((one) => !seen.has(one.id, one.externalId)).map(({ id }) => id)
      : [],
    entries: withEarlier(earlier, { isFull: reading.isFull, spared }, 'group', entries),
  }
}

/** Ids of entries that are there: of a reading of changes also all that were there before, as only a full one tells who is gone. */
function thereNow(
  known: Known,
  reading: Reading,
  spared: ReadonlySet<string>,
): ReadonlySet<string> {
  return new Set([
    ...spared,
    ...reading.groups.map(({ objectId }) => objectId),
    ...(reading.isFull ? [] : known.entries.map(({ objectId }) => objectId)),
  ])
}

/** Ids of entries that are there and cannot be taken in: they stay as they were. One whose id cannot be read is the one that stood under its name. */
function sparedBy(
  known: Known,
  { skipped }: Reading,
  doubles: readonly Skipped[],
): ReadonlySet<string> {
  const names = new Set(
    skipped.map(({ objectId, dn }) => (objectId === null ? normalDn(dn) : null)),
  )
  return new Set([
    ...[...skipped, ...doubles].flatMap(({ objectId }) => objectId ?? []),
    ...known.entries.flatMap(({ objectId, dn }) => (names.has(dn) ? [objectId] : [])),
  ])
}

/** Whom a reading speaks of, if only by an entry that cannot be taken in. */
function seenIn(reading: Reading, entries: readonly EntryToKeep[], spared: ReadonlySet<string>) {
  const keys = new Set(entries.map(({ key }) => key))
  const ids = new Set<string>([
    ...spared,
    ...[...reading.people, ...reading.groups].map(({ objectId }) => objectId),
  ])
  return {
    has: (id: string, externalId: string | null) =>
      keys.has(id) || (externalId !== null && ids.has(externalId)),
  }
}

type Told = { isFull: boolean; spared: ReadonlySet<string> }

/**
 * With what was read before of entries that this reading does not speak of: all of them where it tells changes only, else those that cannot be taken in now. They stand first: a name that
 * two of them have is whose it is now.
 */
function withEarlier(
  known: Known,
  { isFull, spared }: Told,
  kind: KnownEntry['kind'],
  entries: readonly EntryToKeep[],
): EntryToKeep[] {
  const now = new Set(entries.map(({ objectId }) => objectId))
  const earlier = known.entries.filter(
    (one) => one.kind === kind && !now.has(one.objectId) && (!isFull || spared.has(one.objectId)),
  )
  return [...earlier.map(({ principalId, ...rest }) => ({ ...rest, key: principalId })), ...entries]
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
