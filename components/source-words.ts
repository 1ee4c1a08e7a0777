type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals about sources of facts. */
export const SOURCE_WORDS = {
  source_proposed_already: () => [
    'Another source of this kind waits to be confirmed.',
    'Whoever proposed it can take it back.',
    'Have it decided first, then propose this one.',
  ],
  source_not_found: () => [
    'There is no such source.',
    'Somebody removed or refused it, perhaps.',
    'The page shows those that are there.',
  ],
  source_own_proposal: () => [
    'You proposed this source yourself.',
    'Another administrator of the platform confirms it.',
    'Ask one of them to look at it.',
  ],
  source_decided: () => [
    'The source was decided on already.',
    'Somebody was faster.',
    'The page shows how it stands.',
  ],
  source_not_set_up: () => [
    'No source of this kind is set up.',
    YOURS,
    'Propose one, and have it confirmed.',
  ],
  source_not_held: () => [
    'This feed is not held any more: another was read since.',
    'Nothing was removed.',
    'Look at the page again; it shows what is held now.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>

/** What each kind of source is called, what it says, and which check rests on it. */
export const SOURCE_KIND_WORDS = {
  training: {
    title: 'Training',
    about: 'Courses of people, and until when they count',
    columns: 'person, course, valid_until',
  },
  clearance: {
    title: 'Clearance',
    about: 'Classes of data that people are cleared for',
    columns: 'person, data_class, valid_until',
  },
  oncall: {
    title: 'On call',
    about: 'Who is on call for a team now',
    columns: 'team, rota, on_duty',
  },
  finance: {
    title: 'Finance',
    about: 'Cost codes, who may charge them, and what is left of their budgets',
    columns: 'code, tenant, name, chargeable, open_from, closes_on, teams, budget_left',
  },
  prices: {
    title: 'Prices',
    about: 'What a service of a size costs a month',
    columns: 'size, monthly',
  },
  applications: {
    title: 'Business applications',
    about: 'The register of applications, and whether they are in use',
    columns: 'application, stage',
  },
  vendors: {
    title: 'Third parties',
    about: 'Companies whose risk was assessed, and until when that counts',
    columns: 'vendor, result, valid_until',
  },
} as const
