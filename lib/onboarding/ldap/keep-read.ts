import type { Known, KnownEntry, SyncPlan } from '#lib/directory/ldap/plan.ts'
import { keepEntries, setManagers } from '#lib/directory/ldap-store.ts'
import { type Applied, type InTransaction, idOf } from './apply-plan.ts'

/** Rows of one transaction: a first reading writes all of a directory, and no transaction takes as long as that. */
const AT_ONCE = 5000

type Keeping = { known: Known; plan: SyncPlan; applied: Applied; inTransaction: InTransaction }

/** Writes what was read of each entry, and whose manager is who, in pieces. One that breaks on the way is written again by the next reading, as the cursor has not moved yet. */
export async function keepRead(
  directoryId: string,
  { known, plan, applied, inTransaction }: Keeping,
): Promise<void> {
  for (const some of piecesOf(managersWithIds(plan, applied)))
    await inTransaction((tx) => setManagers(tx, some))
  const { put, forget } = entriesToWrite(known, plan, applied)
  for (const some of piecesOf(forget))
    await inTransaction((tx) => keepEntries(tx, directoryId, { put: [], forget: some }))
  for (const some of piecesOf(put))
    await inTransaction((tx) => keepEntries(tx, directoryId, { put: some, forget: [] }))
}

/** All of them in order, none left out. */
export function piecesOf<T>(all: readonly T[], size: number = AT_ONCE): T[][] {
  const pieces: T[][] = []
  for (let from = 0; from < all.length; from += size) pieces.push(all.slice(from, from + size))
  return pieces
}

function managersWithIds({ managers }: SyncPlan, { ids }: Applied) {
  return managers.flatMap(({ person, manager }) => {
    const id = idOf(person, ids)
    return id ? [{ person: id, manager: (manager && idOf(manager, ids)) || null }] : []
  })
}

/** Entries that are new or say something else, and those that there are no more. */
function entriesToWrite(
  known: Known,
  plan: SyncPlan,
  { ids }: Applied,
): { put: KnownEntry[]; forget: string[] } {
  const now = plan.entries.flatMap(({ key, ...entry }): KnownEntry[] => {
    const principalId = idOf(key, ids)
    return principalId ? [{ ...entry, principalId }] : []
  })
  const before = new Map(known.entries.map((entry) => [entry.objectId, entry]))
  const kept = new Set(now.map(({ objectId }) => objectId))
  return {
    put: now.filter((entry) => !isSameEntry(entry, before.get(entry.objectId))),
    forget: known.entries.flatMap(({ objectId }) => (kept.has(objectId) ? [] : objectId)),
  }
}

function isSameEntry(now: KnownEntry, before: KnownEntry | undefined): boolean {
  return (
    before !== undefined &&
    now.dn === before.dn &&
    now.principalId === before.principalId &&
    now.members.length === before.members.length &&
    now.members.every((dn, at) => dn === before.members[at])
  )
}
