type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

const PERIODS: Readonly<Record<string, readonly [happened: string, next: string]>> = {
  unreadable: ['A time cannot be read.', 'Give day and time.'],
  over: ['The period is over already.', 'Choose an end that lies ahead.'],
  reversed: ['It would end before it begins.', 'Choose an end after the begin.'],
  too_long: [
    'One delegation lasts 60 days at most.',
    'Choose an earlier end; you may make another one later.',
  ],
  too_far: ['It would begin more than a year from now.', 'Choose an earlier begin.'],
}

/** Refusals around delegations. */
export const DELEGATION_WORDS = {
  delegation_period: ({ why }) => {
    const [happened, next] = PERIODS[String(why)] ?? [
      'The period is not possible.',
      'Choose another.',
    ]
    return [happened, YOURS, next]
  },
  delegation_to_oneself: () => [
    'You decide for yourself already.',
    YOURS,
    'Choose another person.',
  ],
  delegation_not_yours: () => [
    'You decide no changes there, or are not in one of those groups.',
    'Your directory gives groups; what was delegated to you cannot be passed on.',
    'Choose among what is offered.',
  ],
  delegate_unknown: () => [
    'There is no such person, or they have left.',
    YOURS,
    'Choose among those offered.',
  ],
  delegate_not_entitled: ({ name, place }) => [
    place === ''
      ? `${String(name)} decides nothing in that tenant by a role of their own.`
      : `${String(name)} lacks the role that ${String(place)} decides by.`,
    'Only who decides at the same level can stand in.',
    'Choose somebody else, or ask for the role for them.',
  ],
  delegation_overlaps: () => [
    'You have named somebody for part of that time already; one person stands in at a time.',
    YOURS,
    'End that one first, or choose a period beside it.',
  ],
  delegation_not_found: () => [
    'There is no such delegation, or it is not yours to end.',
    YOURS,
    'Open it from the list.',
  ],
  delegation_over: () => [
    'It has ended already.',
    'Somebody was faster, or its time ran out.',
    'Nothing is left to do.',
  ],
} as const satisfies Readonly<Record<string, (facts: Facts) => Words>>
