type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals about audit destinations. */
export const DESTINATION_WORDS = {
  destination_name_taken: ({ name }) => [
    `Another destination is called ${name}.`,
    YOURS,
    'Choose another name, or look at that one.',
  ],
  destination_not_found: () => [
    'There is no such destination.',
    'Somebody removed it, perhaps.',
    'The list shows those that are there.',
  ],
  destination_state: ({ state }) => [
    `The destination is ${state} already.`,
    'Somebody was faster.',
    'The page shows how it stands.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>
