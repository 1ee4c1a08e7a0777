export type GroupNode = { key: string; dn: string; members: readonly string[] }

/**
 * Who is in each group, through the groups in it as well, to any depth; a circle of groups is walked once. Names that are neither a person nor a group that was read count for nobody.
 * @param people keys of people by the normal form of their names
 */
export function effectiveMembers(
  groups: readonly GroupNode[],
  people: ReadonlyMap<string, string>,
): Map<string, Set<string>> {
  const byDn = new Map(groups.map((group) => [group.dn, group]))
  return new Map(groups.map((group) => [group.key, reached(group, byDn, people)]))
}

function reached(
  from: GroupNode,
  byDn: ReadonlyMap<string, GroupNode>,
  people: ReadonlyMap<string, string>,
): Set<string> {
  const members = new Set<string>()
  const seen = new Set([from.dn])
  const open = [from]
  for (let group = open.pop(); group; group = open.pop())
    for (const dn of group.members) {
      const person = people.get(dn)
      if (person !== undefined) members.add(person)
      const inner = byDn.get(dn)
      if (inner && !seen.has(dn)) {
        seen.add(dn)
        open.push(inner)
      }
    }
  return members
}
