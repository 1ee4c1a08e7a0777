/** How the changes went that a standard covered since it is in force, the newest first: true is a success. */
export type StandardRecord = readonly boolean[]

/** Changes that are looked back at. */
export const RECORD_LENGTH = 10
/** So many of them that did not succeed suspend the standard. */
const MOST_FAILED = 3

/** Why the record suspends a standard, in words; undefined while it may go on. What is pre-authorised was never looked at by anybody: its record is what speaks for it. */
export function suspendedBy(record: StandardRecord): string | undefined {
  const last = record.slice(0, RECORD_LENGTH)
  const failed = last.filter((succeeded) => !succeeded).length
  return failed >= MOST_FAILED
    ? `${failed} of its last ${last.length} changes did not succeed`
    : undefined
}
