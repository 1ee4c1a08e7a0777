type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals around access reviews. */
export const ACCESS_WORDS = {
  access_not_yours: () => [
    'You do not attest grants there.',
    'Owners of the tenant do; administrators of the platform where fewer than two owners are left, and for the platform’s own.',
    'Ask one of them.',
  ],
  access_moved: ({ grants }) => [
    `It changed since it was shown: ${named(grants)}. Nothing was done.`,
    'The directory or somebody else was faster.',
    'Reload the page, look again, then decide.',
  ],
  access_own: ({ grants }) => [
    `Nobody keeps a grant to themselves: ${named(grants)}. Nothing was kept.`,
    'Another one’s to keep.',
    'Leave it out, and ask another owner.',
  ],
  access_needs_another: ({ grants }) => [
    `You have kept it already; another one confirms it: ${named(grants)}. Nothing was kept.`,
    'Another one’s to confirm.',
    'Leave it out, and ask another owner.',
  ],
  access_last: ({ role }) => [
    `Nobody else would be ${String(role)} then.`,
    YOURS,
    'Let somebody else have the role first; who gives it is told in the guide of administrators.',
  ],
} as const satisfies Readonly<Record<string, (facts: Facts) => Words>>

function named(grants: unknown): string {
  return Array.isArray(grants) ? grants.map(String).join('; ') : ''
}
