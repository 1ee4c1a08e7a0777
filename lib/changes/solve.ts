export type StageSeats = {
  name: string
  quorum: number
  eligible: readonly string[]
  /** Why nobody is there at all, where that is known. */
  gap?: string | null
}

/**
 * Can every stage be filled, each person in one seat only and nobody barred? Answers the names of the stages that stay short, with the reason where it is known.
 * Bipartite matching by augmenting paths (Kuhn): seats × people, at most some hundred edges.
 */
export function unfillableStages(
  stages: readonly StageSeats[],
  barred: ReadonlySet<string>,
): string[] {
  const seats = stages.flatMap((stage) => Array.from({ length: stage.quorum }, () => stage))
  const seatOf = new Map<string, number>()
  const short: string[] = []
  seats.forEach((stage, seat) => {
    if (!seatPerson(seats, seat, { seatOf, barred, tried: new Set() }))
      short.push(stage.gap ? `${stage.name} (${stage.gap})` : stage.name)
  })
  return [...new Set(short)]
}

type Matching = { seatOf: Map<string, number>; barred: ReadonlySet<string>; tried: Set<string> }

function seatPerson(seats: readonly StageSeats[], seat: number, matching: Matching): boolean {
  for (const person of seats[seat]?.eligible ?? []) {
    if (matching.barred.has(person) || matching.tried.has(person)) continue
    matching.tried.add(person)
    const taken = matching.seatOf.get(person)
    if (taken === undefined || seatPerson(seats, taken, matching)) {
      matching.seatOf.set(person, seat)
      return true
    }
  }
  return false
}
