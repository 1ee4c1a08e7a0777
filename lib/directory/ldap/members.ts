export type GroupNode = { key: string; dn: string; members: readonly string[] }

/** Places in groups, with those by groups within groups, that are worked out at most, and names that are looked at for it. */
export type MembersLimit = { places: number; looks: number }
const LIMIT: MembersLimit = { places: 3_000_000, looks: 30_000_000 }

/** Groups within groups give more places than can be held. */
export class TooManyPlaces extends Error {}

/**
 * Who is in each group, through the groups in it as well, to any depth; a circle of groups is walked once. Names that are neither a person nor a group that was read count for nobody. Throws
 * `TooManyPlaces` past the limit: a worker that runs out of memory would do nothing else either.
 * @param people keys of people by the normal form of their names
 */
export function effectiveMembers(
  groups: readonly GroupNode[],
  people: ReadonlyMap<string, string>,
  limit: MembersLimit = LIMIT,
): Map<string, Set<string>> {
  const byDn = new Map(groups.map((group) => [group.dn, group]))
  const left = { ...limit }
  return new Map(groups.map((group) => [group.key, reached(group, { byDn, people, left })]))
}

type Walk = {
  byDn: ReadonlyMap<string, GroupNode>
  people: ReadonlyMap<string, string>
  left: MembersLimit
}

function reached(from: GroupNode, { byDn, people, left }: Walk): Set<string> {
  const members = new Set<string>()
  const seen = new Set([from.dn])
  const open = [from]
  for (let group = open.pop(); group; group = open.pop()) {
    left.looks -= group.members.length
    if (left.looks < 0 || left.places < members.size) throw new TooManyPlaces()
    for (const dn of group.members) {
      const person = people.get(dn)
      if (person !== undefined) members.add(person)
      const inner = byDn.get(dn)
      if (inner && !seen.has(dn)) {
        seen.add(dn)
        open.push(inner)
      }
    }
  }
  left.places -= members.size
  if (left.places < 0) throw new TooManyPlaces()
  return members
}
