type Placed = { objectId: string; dn: string }
type Membered = Placed & { members: readonly string[] }

/**
 * New names by the old ones, of entries that were renamed or moved. A server that keeps members by what they are, as Active Directory does, writes the new name into their groups without
 * calling the groups changed: a reading of changes has to do the same.
 */
export function movedNames(
  before: readonly Placed[],
  now: readonly Placed[],
): ReadonlyMap<string, string> {
  const was = new Map(before.map(({ objectId, dn }) => [objectId, dn]))
  return new Map(
    now.flatMap(({ objectId, dn }) => {
      const old = was.get(objectId)
      return old === undefined || old === dn ? [] : [[old, dn] as const]
    }),
  )
}

/** A group as it was read before, with those of its members who were moved under their new names. */
export function withMoved<T extends Membered>(group: T, moved: ReadonlyMap<string, string>): T {
  if (!group.members.some((dn) => moved.has(dn))) return group
  const members = new Set(group.members.map((dn) => moved.get(dn) ?? dn))
  return { ...group, members: [...members].sort() }
}

/** Does a group that is told of now name somebody whom it did not name before, and whom nobody is known by? They may be a member of before, moved with the folder that they stand in, of which no change tells. */
export function namesStrangers(
  before: readonly Membered[],
  now: readonly Membered[],
  isKnown: (dn: string) => boolean,
): boolean {
  const was = new Map(before.map(({ objectId, members }) => [objectId, members]))
  return now.some(({ objectId, members }) => {
    const old = was.get(objectId)
    if (!old) return false
    const had = new Set(old)
    return members.some((dn) => !had.has(dn) && !isKnown(dn))
  })
}
