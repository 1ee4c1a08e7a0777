type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

/** Refusals of what is asked of a cluster's baseline. */
export const BASELINE_WORDS = {
  baseline_not_read: () => [
    'Nothing was read of this cluster’s baseline yet.',
    'Yours to mend.',
    'Open the cluster, choose Look now, then come back.',
  ],
  baseline_asked_already: ({ number }) => [
    `CHG-${String(number)} asks for this cluster’s baseline already.`,
    'Somebody was faster, perhaps.',
    'Follow that one, or withdraw it first.',
  ],
  baseline_stands_otherwise: () => [
    'What stands on the cluster was read anew while you read the plan. Nothing was asked.',
    'What you typed is kept.',
    'Read the plan again; it is the new one now.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>
