/** How the receiver misbehaves, for so many batches: each takes the next that is left. */
export type Fault =
  | { kind: 'busy'; afterSeconds: number; times?: number }
  | { kind: 'error'; times?: number }
  /** Refuses every batch in which the text is. */
  | { kind: 'refuse'; text: string; times?: number }
  | { kind: 'slow'; ms: number; times?: number }
  /** Keeps the first half of what came and cuts the connection without a word. */
  | { kind: 'cut'; times?: number }
  /** Keeps all of it, and cuts the connection instead of saying so. */
  | { kind: 'silent'; times?: number }

/** Faults that are set, and the next for a batch. */
export function openFaults() {
  let faults: Fault[] = []
  return {
    set(next: Fault[]): void {
      faults = next.map((fault) => ({ ...fault }))
    },
    next(text: string): Fault | undefined {
      const found = faults.find(
        (fault) =>
          (fault.times ?? Number.POSITIVE_INFINITY) > 0 &&
          (fault.kind !== 'refuse' || text.includes(fault.text)),
      )
      if (found?.times !== undefined) found.times -= 1
      return found && { ...found }
    },
  }
}

export type Faults = ReturnType<typeof openFaults>
