type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Whom a check names to decide its waivers. */
export const WAIVED_BY = {
  tenant_owner: 'an owner of the tenant',
  platform: 'an administrator of the platform',
} as const

/** Refusals around waivers, of a cluster's preflight and of a request's checks. */
export const WAIVER_WORDS = {
  nothing_to_waive: () => [
    'That check does not fail any more, or nobody may waive it.',
    'Nothing to do.',
    'The page shows where it stands.',
  ],
  waiver_too_long: ({ most }) => [
    `That check is waived for ${String(most)} days at most.`,
    YOURS,
    'Ask for fewer days.',
  ],
  waiver_undecidable: ({ by }) => [
    `Nobody but you could decide it: it takes ${decider(by)}.`,
    'An owner of the tenant or the platform team grants roles.',
    'Ask them to give somebody else the role.',
  ],
  waiver_asked_already: () => [
    'A waiver of that check is asked for already.',
    'Somebody was faster.',
    'The page shows who asked; another person decides it.',
  ],
  waiver_not_found: () => ['There is no such waiver.', YOURS, 'Open it from the list of waivers.'],
  waiver_not_yours: ({ by }) => [
    `It is decided by ${decider(by)}.`,
    'Another person’s.',
    'Who asked knows that it waits; the list of waivers names whom for.',
  ],
  waiver_own: () => [
    'Nobody grants what they asked for themselves.',
    'A second person decides.',
    'Ask another one of those who may.',
  ],
  waiver_of_contributor: () => [
    'You asked for or edited a change of that service: somebody else decides its waivers.',
    'A second person decides.',
    'Ask another one of those who may.',
  ],
  waiver_over: () => [
    'It is decided, ended or expired already.',
    'Somebody was faster, or its time ran out.',
    'The page shows where it stands.',
  ],
} as const satisfies Readonly<Record<string, (facts: Facts) => Words>>

function decider(by: unknown): string {
  return by === 'tenant_owner' ? WAIVED_BY.tenant_owner : WAIVED_BY.platform
}
