type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

const FIELDS: Readonly<Record<string, string>> = {
  zone: 'The zone',
  start: 'The start',
  duration: 'The length',
  rule: 'The repetition',
  except: 'A start left out',
  also: 'A start besides',
}

const WINDOWS: Readonly<Record<string, string>> = {
  unreadable: 'The times of the window cannot be read.',
  over: 'The window is over already.',
  too_far: 'The request ends before the window begins.',
}

/** Refusals about freezes and windows. */
export const FREEZE_WORDS = {
  recurrence_refused: ({ field, part }) => [
    `${FIELDS[String(field)] ?? 'The time'} cannot be taken: ${part || 'it is empty'}.`,
    YOURS,
    'Freezes repeat by days, weeks, months or years, last from 5 minutes to 92 days, and name a zone such as Europe/Berlin.',
  ],
  calendar_refused: ({ event, part }) => [
    `${event ? `The event ${event}` : 'The calendar'} cannot be taken: ${part}. Nothing was imported.`,
    'Whoever made the file mends it.',
    'Take that event out of the file or correct it, then import again.',
  ],
  not_yours_to_plan: () => [
    'Only its requester or an owner of the tenant may say when a change runs.',
    'Theirs to do.',
    'Ask one of them; the page names the requester.',
  ],
  not_plannable: ({ state }) => [
    `The change is ${String(state).replaceAll('_', ' ')} now; it can no longer be told when to run.`,
    'Somebody was faster, or the work went on.',
    'The page shows where it stands.',
  ],
  window_refused: ({ why, minutes }) => [
    WINDOWS[String(why)] ?? `The window is shorter than the ${minutes} minutes of a run.`,
    YOURS,
    'Choose other times; those that are free of freezes stand in the form.',
  ],
  freeze_not_found: () => [
    'There is no such freeze in force.',
    'Somebody ended it, perhaps.',
    'The calendar shows what is in force.',
  ],
  freeze_moved: () => [
    'Somebody changed this freeze while you edited it. Nothing of yours was written over theirs.',
    YOURS,
    'Open it from the calendar again, then edit what stands there.',
  ],
  freeze_name_taken: ({ name }) => [
    `Another freeze in force is called ${name}.`,
    YOURS,
    'Choose another name, or edit that one.',
  ],
  freeze_scope_unknown: ({ names }) => [
    `Nothing is called ${(names as readonly string[]).join(', ')}.`,
    YOURS,
    'Name tenants, environments and clusters as they are listed.',
  ],
  freeze_approvers_needed: () => [
    'A restricted freeze lets changes through only by the word of a group, and none is named.',
    YOURS,
    'Name the group, or choose a blackout.',
  ],
  freeze_approvers_unknown: ({ group }) => [
    `No group is called ${group}, or more than one is.`,
    YOURS,
    'Name a group that the directory pushed, as it is written there; or ask whoever runs the directory.',
  ],
  freeze_approvers_unable: ({ group, tenants }) => {
    const slugs = tenants as readonly string[]
    const where = slugs.includes('platform') ? 'bank-wide' : `in ${slugs.join(', ')}`
    return [
      `Nobody of ${group} holds a role that decides changes ${where}, so nobody could let one through.`,
      YOURS,
      'Name a group with owners or approvers of each tenant in the scope; for every tenant it takes a bank-wide approver or an administrator.',
    ]
  },
} as const satisfies Record<string, (facts: Facts) => Words>
