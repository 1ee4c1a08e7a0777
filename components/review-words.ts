type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

/** Refusals around reviews of emergency changes. */
export const REVIEW_WORDS = {
  review_plan_differs: () => [
    'The plan on your screen is not the one that ran. No review was taken.',
    'Yours to mend.',
    'Reload the page, read the plan, then review.',
  ],
  not_a_reviewer: () => [
    'You are not one of the people who review this change.',
    'The policy for emergency changes names them.',
    'They stand on the page of the change.',
  ],
  barred_from_reviewing: ({ why }) => [
    `You ${String(why)}, so someone else must review it.`,
    'This holds for everybody, admins included.',
    'The people who may stand on the page of the change.',
  ],
  run_was_given_up: () => [
    'Its run was given up, so it was not successful. No review was taken.',
    'Yours to mend.',
    'Choose unsuccessful, and say what stands.',
  ],
} as const satisfies Readonly<Record<string, (facts: Facts) => Words>>
