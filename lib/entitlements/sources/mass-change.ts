/** How many records a feed would take away of those that are known. */
export type Removal = { removed: number; of: number }

/**
 * Would this take away more than may go at once? A feed that was cut off looks like one in which most people were removed; a person says which it is.
 * Nothing known before, nothing to guard.
 */
export function isMassRemoval({ removed, of }: Removal, maxPercent: number): boolean {
  return of > 0 && removed * 100 > of * maxPercent
}
