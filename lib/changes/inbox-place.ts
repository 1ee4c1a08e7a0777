import { placeToken } from '#lib/keyset.ts'

/** Changes on one page of the inbox. */
export const INBOX_PAGE = 50

/** Token of the page after this one, when there may be one. */
export function inboxAfter(rows: readonly { dueAt: string; number: number }[]): string | undefined {
  const last = rows.at(-1)
  return last && rows.length === INBOX_PAGE
    ? placeToken([last.dueAt, String(last.number)])
    : undefined
}
