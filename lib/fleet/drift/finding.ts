import { z } from 'zod'

/** What befell an object or a field of it, gravest first. */
const DRIFTS = ['missing', 'deleting', 'immutable', 'suspended', 'edited', 'added'] as const

/** One field that is not as approved. Values are texts to be shown; of a Secret's there are none. */
export const Difference = z.object({
  /** Empty where the whole object is meant. */
  path: z.array(z.union([z.string(), z.number()])),
  drift: z.enum(DRIFTS),
  wanted: z.string().nullable(),
  found: z.string().nullable(),
  /** The values are secret: that they differ is all that is told. */
  secret: z.boolean(),
  /** Who holds the field now, how it was written and when; null where the cluster does not record it, as of what was taken away. */
  manager: z.string().nullable(),
  operation: z.string().nullable(),
  at: z.string().nullable(),
  /** The manager is a program with reasons of its own, and no person at a keyboard. */
  foreign: z.boolean(),
})
export type Difference = z.infer<typeof Difference>

/** An object that is not as approved: the gravest of what befell it, or that another program holds fields of ours. */
export type Finding = {
  drift: (typeof DRIFTS)[number] | 'foreign'
  differences: Difference[]
}

/** The finding of some differences; null where there are none. */
export function findingOf(differences: readonly Difference[]): Finding | null {
  const drift = DRIFTS.find((one) => differences.some((difference) => difference.drift === one))
  if (!drift) return null
  const claimed = differences.some(({ foreign }) => foreign)
  const edited = drift === 'edited' || drift === 'added'
  return { drift: edited && claimed ? 'foreign' : drift, differences: [...differences] }
}
