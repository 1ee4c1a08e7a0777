import type { Skipped } from './entry.ts'

type Had = { id: string; externalId: string | null }
type Found = { objectId: string; dn: string }
type Names<K, T> = { ofKnown: (one: K) => string; ofFound: (one: T) => string }

/**
 * Of entries with the same name one is taken; names differ without case. Whom we know by id and under that name goes before all others, so that a name that is given a second time takes
 * nothing from whoever had it; else the first by id.
 */
export function withoutDoubles<K extends Had, T extends Found>(
  known: readonly K[],
  found: readonly T[],
  { ofKnown, ofFound }: Names<K, T>,
): { single: T[]; doubles: Skipped[] } {
  const names = new Map(known.map((one) => [one.externalId, ofKnown(one).toLowerCase()]))
  const rank = (one: T) => {
    const name = names.get(one.objectId)
    return name === undefined ? 2 : name === ofFound(one).toLowerCase() ? 0 : 1
  }
  const taken = new Map<string, string>()
  const doubles: Skipped[] = []
  const inOrder = [...found].sort((a, b) => rank(a) - rank(b) || (a.objectId < b.objectId ? -1 : 1))
  const single = inOrder.filter((one) => {
    const name = ofFound(one).toLowerCase()
    const other = taken.get(name)
    if (other === undefined) return taken.set(name, one.dn)
    const why = `${other} has the same name, ${ofFound(one)}`
    doubles.push({ objectId: one.objectId, dn: one.dn, why })
    return false
  })
  return { single, doubles }
}

/** Finds what we have of an entry: by its id, else by the name of one that may be found by name. */
export function matcherOf<K extends Had, T extends Found>(
  known: readonly K[],
  isFree: (one: K) => boolean,
  { ofKnown, ofFound }: Names<K, T>,
): (one: T) => K | undefined {
  const byId = new Map(known.map((one) => [one.externalId, one]))
  const byName = new Map(
    known.filter(isFree).map((one) => [ofKnown(one).toLowerCase(), one] as const),
  )
  return (one) => byId.get(one.objectId) ?? byName.get(ofFound(one).toLowerCase())
}
