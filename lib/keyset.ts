import { isStorable } from './stored-text.ts'

/** The place after which a list goes on: values of the sort columns of the last row shown. */
export type Place = readonly string[]

/** A place as one URL-safe word. */
export function placeToken(place: Place): string {
  return btoa(encodeURIComponent(JSON.stringify(place)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Type of a sort column, as the database will read its value. */
export type PlaceColumn = 'text' | 'time' | 'smallint' | 'integer' | 'bigint'

/** Reads a place with values of these types from a URL; a token that is not one of ours reads as the beginning. */
export function readPlace(
  token: string | undefined,
  columns: readonly PlaceColumn[],
): Place | undefined {
  if (!token || token.length > 500) return undefined
  try {
    const parsed: unknown = JSON.parse(
      decodeURIComponent(atob(token.replaceAll('-', '+').replaceAll('_', '/'))),
    )
    const fits =
      Array.isArray(parsed) &&
      parsed.length === columns.length &&
      columns.every((column, index) => isValueOf(column, parsed[index]))
    return fits ? (parsed as string[]) : undefined
  } catch {
    return undefined
  }
}

const BITS = { smallint: 16, integer: 32, bigint: 64 } as const

function isValueOf(column: PlaceColumn, value: unknown): boolean {
  if (typeof value !== 'string') return false
  if (column === 'text') return isStorable(value)
  if (column === 'time') return isInstant(value)
  return /^-?\d{1,19}$/.test(value) && BigInt.asIntN(BITS[column], BigInt(value)) === BigInt(value)
}

/** ISO 8601 in UTC with milliseconds, as every page token of ours holds it. */
function isInstant(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return false
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
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
