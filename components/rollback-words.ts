type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals of a rollback. */
export const ROLLBACK_WORDS = {
  revision_not_recorded: () => [
    'Flux was never seen Ready at that revision there.',
    YOURS,
    'Choose one of those on record.',
  ],
  stands_there_already: () => [
    'Every chosen instance stands so already. Nothing was asked.',
    YOURS,
    'Choose another revision, or other clusters.',
  ],
  commits_being_read: () => [
    'The Git host has not said yet what lies between. Nothing was asked.',
    'Heals by itself.',
    'Wait a moment, then submit again.',
  ],
  git_host_silent: ({ detail }) => [
    `The Git host does not say what lies between: ${String(detail)}.`,
    'Ours to mend.',
    'Try again in a minute; tell the platform team if it stays so.',
  ],
  commit_unreachable: ({ commit }) => [
    `${String(commit).slice(0, 7)} is not on the branch any more: somebody rewrote its history.`,
    YOURS,
    'Choose another revision.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>
