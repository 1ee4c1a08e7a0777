/** The place after which a list goes on: values of the sort columns of the last row shown. */
export type Place = readonly string[]

/** A place as one URL-safe word. */
export function placeToken(place: Place): string {
  return btoa(encodeURIComponent(JSON.stringify(place)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Reads a place of so many values from a URL; a token that is not one of ours reads as the beginning. */
export function readPlace(token: string | undefined, values: number): Place | undefined {
  if (!token || token.length > 500) return undefined
  try {
    const parsed: unknown = JSON.parse(
      decodeURIComponent(atob(token.replaceAll('-', '+').replaceAll('_', '/'))),
    )
    const fits =
      Array.isArray(parsed) &&
      parsed.length === values &&
      parsed.every((value) => typeof value === 'string')
    return fits ? (parsed as string[]) : undefined
  } catch {
    return undefined
  }
}

/** One page of a list: rows in reading order, and the tokens of the pages before and after when there are any. */
export type ListPage<T> = { rows: T[]; back?: string; next?: string }

export type PageRequest = { after?: string | undefined; before?: string | undefined }

/**
 * Cuts one page out of `size + 1` rows read in the direction of travel.
 * Read backwards (`before`), the rows come in reverse and are turned round here.
 */
export function cutPage<T>(
  read: readonly T[],
  size: number,
  { request, placeOf }: { request: PageRequest; placeOf: (row: T) => Place },
): ListPage<T> {
  const backwards = request.before !== undefined
  const more = read.length > size
  const kept = read.slice(0, size)
  const rows = backwards ? kept.reverse() : kept
  const first = rows[0]
  const last = rows.at(-1)
  const hasBack = backwards ? more : request.after !== undefined
  const hasNext = backwards ? true : more
  return {
    rows,
    ...(hasBack && first ? { back: placeToken(placeOf(first)) } : {}),
    ...(hasNext && last ? { next: placeToken(placeOf(last)) } : {}),
  }
}
