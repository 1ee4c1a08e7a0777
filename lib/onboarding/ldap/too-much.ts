import type { Gone, RemovalFacts } from '#lib/directory/ldap/removal.ts'
import { isMassRemoval } from '#lib/entitlements/sources/mass-change.ts'

/** So few may always go within a day: half of a team of four is no mass. */
const ALWAYS = 5
const DAY_MS = 24 * 3_600_000

/** Of what went, that of the last day. */
export function lately(gone: readonly Gone[], now: Date): Gone[] {
  return gone.filter(({ at }) => Date.parse(at) > now.getTime() - DAY_MS)
}

/** All of what went, added up. */
export function sumOf(gone: readonly Gone[]): { people: number; members: number } {
  const sum = { people: 0, members: 0 }
  for (const { people, members } of gone) {
    sum.people += people
    sum.members += members
  }
  return sum
}

/**
 * Would a removal, together with what went by others that nobody was asked about, take more than may go at once? Many small ones are no less than one. What takes nothing away is never too
 * much.
 * @param gone what went in the time that counts
 */
export function isTooMuch(
  { people, members }: Pick<RemovalFacts, 'people' | 'members'>,
  gone: readonly Gone[],
  maxPercent: number,
): boolean {
  const before = sumOf(gone)
  const kinds = [
    { ...people, before: before.people },
    { ...members, before: before.members },
  ]
  return kinds.some(({ removed, of, before: went }) => {
    const all = { removed: removed + went, of: of + went }
    return removed > 0 && all.removed > ALWAYS && isMassRemoval(all, maxPercent)
  })
}
