/** The words for refusals of repairs. */
export const REPAIR_WORDS = {
  nothing_drifted: () => [
    'Nothing differs there from what was approved.',
    'Somebody was faster, or it was put right meanwhile.',
    'Nothing to do; the page shows where it stands.',
  ],
  repair_open: () => [
    'A repair is under way or proposed there already.',
    'Somebody was faster.',
    'The page shows where it stands.',
  ],
  repair_not_found: () => [
    'There is no such repair to decide any more.',
    'Somebody was faster, or it is not yours to operate.',
    'The page shows where it stands.',
  ],
  own_repair: () => [
    'You asked for this repair, so someone else must decide.',
    'This holds for everybody, admins included.',
    'Ask another person who operates services of the tenant.',
  ],
} as const satisfies Record<string, () => readonly [string, string, string]>
