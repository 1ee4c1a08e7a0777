import { AdapterError } from '#lib/adapter-error.ts'
import type { ServiceNow, SnowChange, SnowNote } from '#lib/ports/servicenow.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { OpenLine } from '#lib/servicenow/line-store.ts'
import type { Reading } from '#lib/servicenow/reading-store.ts'

/** The instance of a tenant, its secret opened. Throws AdapterError where the address is not allowed (any more). */
export function reachInstance(
  { serviceNow, vault }: Pick<WorkerPlatform, 'serviceNow' | 'vault'>,
  { instance, auth, user, secret }: OpenLine,
): ServiceNow {
  return serviceNow.dial({ instance, auth, user, secret: vault.open(secret.sealed, secret) })
}

/** Reasons that concern one record, not the whole instance. */
const OF_ONE_RECORD: readonly string[] = ['conflict', 'invalid', 'not_found']

/** Does the error say something about the whole instance: unreachable, not letting us in, too busy? */
export function isOfTheLine(error: unknown): error is AdapterError {
  return error instanceof AdapterError && !OF_ONE_RECORD.includes(error.reason)
}

/** Longest wait between two tries, seconds; the instance may name its own. */
const LONGEST_WAIT = 300

/** How long to wait after so many failures, or for as long as the instance said. */
export function waitAfter(failures: number, error: unknown): number {
  const own = Math.min(2 ** Math.min(failures + 1, 10), LONGEST_WAIT)
  const named = error instanceof AdapterError ? error.retryAfterMs : undefined
  return named === undefined ? own : Math.max(1, named / 1000)
}

/** An error in one line, for whoever looks after the tenant. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof AdapterError))
    return error instanceof Error ? error.message : String(error)
  return `${error.operation}: ${error.detail}${error.remedy ? `. ${error.remedy.nextStep}` : ''}`.slice(
    0,
    500,
  )
}

/** Runs a call and says how long it took, seconds. */
export async function timed<T>(call: () => Promise<T>): Promise<{ value: T; age: number }> {
  const begun = performance.now()
  const value = await call()
  return { value, age: (performance.now() - begun) / 1000 }
}

/** Entries that the journal of records answers at once. */
const JOURNAL_PAGE = 500

/** Everything that was written to records since then, the oldest first, however much it is. */
export async function journalOf(
  instance: ServiceNow,
  sysIds: readonly string[],
  since: Date,
): Promise<SnowNote[]> {
  const found = new Map<string, SnowNote>()
  for (let from = since; ; ) {
    const page = await instance.notes(sysIds, from)
    for (const note of page) found.set(note.id, note)
    const last = page.at(-1)
    // its clock knows whole seconds: a page of one second alone cannot be gone past
    if (page.length < JOURNAL_PAGE || !last || last.at <= from) return [...found.values()]
    from = last.at
  }
}

/** What an answer says of a record, as it is stored. */
export function readingOf(
  change: SnowChange,
  age: number,
  answer?: { by: string; said: string },
): Reading {
  const { sysId, number, state, stateLabel, approval, onHold, onHoldReason, modCount } = change
  return { sysId, number, state, stateLabel, approval, onHold, onHoldReason, modCount, age, answer }
}
