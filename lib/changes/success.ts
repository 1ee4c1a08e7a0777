/** How well one closed change went: `app.success_of` states the formula, docs/decisions/0037-success-score.md the reasons. */
export type ChangeSuccess = {
  /** 0 to 100. */
  score: number
  /** Runs beyond the first. */
  furtherRuns: number
  /** Number of the change that took it back within a week. */
  undoneBy: number | null
}

/** What the closed changes of a team say, of the last 90 days and the newest 50 at most; `score` is null where there is none. */
export type TeamSuccess = { team: string; score: number | null; changes: number }

/** So many changes it takes to say something of a team. */
export const ENOUGH_CHANGES = 3

export type SuccessBand = 'excellent' | 'high' | 'medium' | 'low'

const BAND_FROM: readonly (readonly [SuccessBand, number])[] = [
  ['excellent', 95],
  ['high', 80],
  ['medium', 60],
  ['low', 0],
]

/** The band of a team, or null while too few of its changes were closed. */
export function bandOfTeam({ score, changes }: TeamSuccess): SuccessBand | null {
  if (score === null || changes < ENOUGH_CHANGES) return null
  return BAND_FROM.find(([, from]) => score >= from)?.[0] ?? 'low'
}

/** A team's record in words: `payments-core: 96 of 100, excellent, over 24 changes in 90 days`. */
export function teamSuccessWords(success: TeamSuccess): string {
  const { team, score, changes } = success
  const band = bandOfTeam(success)
  const over = `${changes} ${changes === 1 ? 'change' : 'changes'} closed in 90 days`
  return band === null
    ? `${team || 'The team'}: ${changes === 0 ? 'no change' : over}${changes === 0 ? ' closed in 90 days' : ', too few to judge by'}`
    : `${team}: ${score} of 100, ${band}, ${over}`
}

/** What went into the score of one change. */
export function changeSuccessWords(closeCode: string, success: ChangeSuccess): string {
  const { furtherRuns, undoneBy } = success
  return [
    CLOSED[closeCode] ?? closeCode,
    furtherRuns > 0
      ? `it took ${furtherRuns} further ${furtherRuns === 1 ? 'run' : 'runs'}`
      : undefined,
    undoneBy !== null ? `CHG-${undoneBy} took it back within a week` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join('; ')
}

const CLOSED: Record<string, string> = {
  successful: 'Closed as successful',
  with_issues: 'Closed with issues',
  unsuccessful: 'Given up',
}
