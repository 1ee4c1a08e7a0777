/** How the instance misbehaves, for so many calls: each takes the first that fits. `on` narrows it to calls of one method. */
export type Fault = { times?: number; on?: 'GET' | 'POST' | 'PATCH' } & (
  | { kind: 'unauthorised' }
  | { kind: 'forbidden' }
  | { kind: 'missing' }
  | { kind: 'busy'; afterSeconds: number }
  | { kind: 'error' }
  /** The page of a sleeping instance, with 200. */
  | { kind: 'asleep' }
  /** Waits, then does what was asked, whether the client is still there or not. */
  | { kind: 'slow'; ms: number }
  /** Cuts the connection before anything is done. */
  | { kind: 'down' }
  /** Does what was asked, and cuts the connection instead of saying so. */
  | { kind: 'silent' }
)

/** Faults that are set, and the next for a call. */
export function openFaults() {
  let faults: Fault[] = []
  return {
    set(next: Fault[]): void {
      faults = next.map((fault) => ({ ...fault }))
    },
    next(method: string): Fault | undefined {
      const found = faults.find(
        ({ times, on }) =>
          (times ?? Number.POSITIVE_INFINITY) > 0 && (on === undefined || on === method),
      )
      if (found?.times !== undefined) found.times -= 1
      return found && { ...found }
    },
  }
}
