import { type PlaceColumn, placeToken } from '#lib/keyset.ts'

/** Changes on one page of the inbox. */
export const INBOX_PAGE = 50
/** A place in it: the hour in which it is due, 100 less the risk, the moment, the number. */
export const INBOX_PLACE: readonly PlaceColumn[] = ['time', 'smallint', 'time', 'integer']

const HOUR = 3_600_000

/** Token of the page after this one, when there may be one. */
export function inboxAfter(
  rows: readonly { dueAt: string; riskScore: number | null; number: number }[],
): string | undefined {
  const last = rows.at(-1)
  if (!last || rows.length < INBOX_PAGE) return undefined
  const hour = new Date(Math.floor(Date.parse(last.dueAt) / HOUR) * HOUR).toISOString()
  return placeToken([hour, String(100 - (last.riskScore ?? 0)), last.dueAt, String(last.number)])
}
