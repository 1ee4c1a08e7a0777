import { AdapterError } from '#lib/adapter-error.ts'
import {
  groupOf,
  type LdapGroup,
  type LdapPerson,
  personOf,
  type RawEntry,
  type Skipped,
} from '#lib/directory/ldap/entry.ts'
import {
  ATTRIBUTE_MAPS,
  type AttributeMap,
  changedSince,
  groupAttributes,
  peopleAttributes,
} from '#lib/directory/ldap/flavours.ts'
import { generalizedTime, timeOf } from '#lib/directory/ldap/generalized-time.ts'
import { guidText } from '#lib/directory/ldap/object-id.ts'
import type { Reading } from '#lib/directory/ldap/plan.ts'
import { nextRange, rangeOf } from '#lib/directory/ldap/ranged.ts'
import type { TakenDirectory } from '#lib/directory/ldap-store.ts'
import type { LdapSession } from '#lib/ports/ldap.ts'

export type ServerReading = Reading & {
  serverId: string
  /** From where the next reading goes on; null where the server tells nothing of the kind. */
  cursor: string | null
}
type Place = { serverId: string; highest: bigint | null }

const EVERYTHING = '(objectClass=*)'
/** How far back a reading by time begins again: clocks of servers differ, and replication takes its time. */
const OVERLAP_MS = 5 * 60_000
/** Pieces of one group's members at most; far more than any directory has. */
const MOST_PIECES = 10_000

/** Reads a directory: only what changed since its cursor where that holds, else everybody. Another server than before, or one that counts from lower, is read from the beginning. */
export async function readServer(
  session: LdapSession,
  directory: TakenDirectory,
  { whole }: { whole: boolean },
): Promise<ServerReading> {
  const map = ATTRIBUTE_MAPS[directory.flavour]
  const place = await placeOf(session, directory)
  const cursor = whole ? null : cursorFor(directory, place)
  const since = (filter: string) => (cursor === null ? filter : changedSince(map, filter, cursor))
  const bytes = map.objectId.form === 'guid' ? [map.objectId.attribute] : []
  const people = await session.search({
    ...{ base: directory.peopleBase, scope: 'sub', filter: since(map.people.filter), bytes },
    attributes: peopleAttributes(map, directory.nameAttribute),
  })
  if (cursor === null && people.length === 0) throw nobody(directory.peopleBase)
  const groups = await session.search({
    ...{ base: directory.groupsBase, scope: 'sub', filter: since(map.groups.filter), bytes },
    attributes: groupAttributes(map),
  })
  const read = apart([
    ...people.map((entry) =>
      personOf(entry, map, { name: directory.nameAttribute, now: directory.now }),
    ),
    ...(await groupsOf(session, groups, map)),
  ])
  return {
    ...{ isFull: cursor === null, serverId: place.serverId, ...read },
    cursor: nextCursor(map, {
      ...{ cursor, place, now: directory.now },
      entries: [...people, ...groups],
    }),
  }
}

/** Which server this is, and how far it has counted. */
async function placeOf(session: LdapSession, directory: TakenDirectory): Promise<Place> {
  if (directory.flavour === 'openldap') {
    const [base] = await session.search({
      ...{ base: directory.peopleBase, scope: 'base', filter: EVERYTHING },
      attributes: ['entryUUID'],
    })
    return { serverId: base?.texts.get('entryuuid')?.[0] ?? 'unknown', highest: null }
  }
  const [root] = await session.search({
    ...{ base: '', scope: 'base', filter: EVERYTHING },
    attributes: ['dsServiceName', 'highestCommittedUSN'],
  })
  const service = root?.texts.get('dsservicename')?.[0] ?? ''
  const highest = root?.texts.get('highestcommittedusn')?.[0] ?? ''
  return {
    serverId: service ? await invocationOf(session, service) : 'unknown',
    highest: /^\d{1,19}$/.test(highest) ? BigInt(highest) : null,
  }
}

/** The id of a domain controller’s copy of the database: a new one after each restore. An account that may not see it knows the controller by its name only. */
async function invocationOf(session: LdapSession, service: string): Promise<string> {
  try {
    const [settings] = await session.search({
      ...{ base: service, scope: 'base', filter: EVERYTHING },
      ...{ attributes: ['invocationId'], bytes: ['invocationId'] },
    })
    const bytes = settings?.bytes.get('invocationid')
    return (bytes && guidText(bytes)) || service
  } catch (error) {
    if (error instanceof AdapterError && ['base_not_found', 'forbidden'].includes(error.reason))
      return service
    throw error
  }
}

function cursorFor(directory: TakenDirectory, { serverId, highest }: Place): string | null {
  const { cursor, sinceFull, fullEvery, isHeld } = directory
  if (cursor === null || isHeld || sinceFull + 1 >= fullEvery) return null
  if (serverId === 'unknown' || serverId !== directory.serverId) return null
  if (directory.flavour === 'openldap') return cursor
  return highest === null || highest < BigInt(cursor) ? null : String(BigInt(cursor) + 1n)
}

type Seen = { cursor: string | null; place: Place; now: Date; entries: readonly RawEntry[] }

/**
 * Active Directory says how far it has counted before we ask; of others the latest change that was seen counts, and what happened shortly before it is read again. One that says that it will
 * be changed only later moves nothing on: all that changes until then would be missed.
 */
export function nextCursor(
  map: Pick<AttributeMap, 'changed'>,
  { cursor, place, now, entries }: Seen,
): string | null {
  if (map.changed.form === 'number') return place.highest === null ? null : String(place.highest)
  const key = map.changed.attribute.toLowerCase()
  const times = entries.flatMap((entry) => timeOf(entry.texts.get(key)?.[0] ?? '')?.getTime() ?? [])
  const latest = times.reduce((most, time) => Math.max(most, Math.min(time, now.getTime())), 0)
  if (latest === 0) return entries.length === 0 ? cursor : null
  const next = generalizedTime(new Date(latest - OVERLAP_MS))
  return cursor !== null && cursor > next ? cursor : next
}

/** One group after the other: a server answers in turn anyway, and what is asked for last would not come in time. */
async function groupsOf(
  session: LdapSession,
  groups: readonly RawEntry[],
  map: AttributeMap,
): Promise<(LdapGroup | Skipped)[]> {
  const read: (LdapGroup | Skipped)[] = []
  for (const entry of groups) read.push(groupOf(entry, map, await membersOf(session, entry, map)))
  return read
}

/** Every direct member of a group, however many pieces the server tells them in. */
export async function membersOf(
  session: LdapSession,
  entry: RawEntry,
  map: Pick<AttributeMap, 'groups'>,
): Promise<string[]> {
  const members: string[] = []
  for (const attribute of map.groups.members) {
    const before = members.length
    let piece = pieceOf(entry, attribute)
    for (let pieces = 0; piece; pieces += 1) {
      // a server that tells another piece than the next one would be read without end, or in part
      if (piece.from !== members.length - before) throw endless(entry.dn)
      for (const one of piece.values) members.push(one)
      if (piece.next === null) break
      if (pieces > MOST_PIECES) throw endless(entry.dn)
      const [more] = await session.search({
        ...{ base: entry.dn, scope: 'base', filter: EVERYTHING, attributes: [piece.next] },
      })
      piece = more && pieceOf(more, attribute)
      if (!piece) throw endless(entry.dn)
    }
  }
  return members
}

type Piece = { values: readonly string[]; from: number; next: string | null }

function pieceOf(entry: RawEntry, attribute: string): Piece | undefined {
  const name = attribute.toLowerCase()
  for (const [key, values] of entry.texts) {
    const range = key.startsWith(`${name};`) ? rangeOf(key) : null
    if (range === undefined) throw endless(entry.dn)
    if (range) return { values, from: range.from, next: nextRange(attribute, range) }
  }
  const values = entry.texts.get(name)
  return values && { values, from: 0, next: null }
}

function apart(all: readonly (LdapPerson | LdapGroup | Skipped)[]) {
  const people: LdapPerson[] = []
  const groups: LdapGroup[] = []
  const skipped: Skipped[] = []
  for (const one of all) {
    if ('why' in one) skipped.push(one)
    else if ('facts' in one) people.push(one)
    else groups.push(one)
  }
  return { people, groups, skipped }
}

function nobody(base: string): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: `read ${base}`, reason: 'nobody_found', retryable: true },
    detail: 'not one person is below this base, as far as this account sees',
  })
}

function endless(dn: string): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: `read ${dn}`, reason: 'untrusted_answer', retryable: true },
    detail: 'the members of the group could not be read to the end',
  })
}
