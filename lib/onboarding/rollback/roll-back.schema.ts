import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'
import { Emergency } from '../emergency.schema.ts'

const Commit = z.string().regex(/^[0-9a-f]{40}$/, 'a whole commit id')

/** Where a revision is chosen: one environment of a service, all its clusters or some. */
export const RollbackPlace = z.strictObject({
  environment: storedText(40).min(1),
  /** Names of the clusters; empty for all of the environment. */
  clusters: z.array(storedText(63)).max(500),
  /** The recorded commit to go back to; null to follow the branch again. */
  commit: Commit.nullable(),
})
export type RollbackPlace = z.infer<typeof RollbackPlace>

/** What somebody asks who pins a service to a recorded revision, or lets it follow its branch again. */
export const RollBack = RollbackPlace.extend({
  serviceId: storedText(40),
  reason: storedText(2000).trim().min(3, 'Say why, in a few words.'),
  /** Asked for as an emergency. */
  emergency: Emergency.optional(),
  /** The plan that was on the screen. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
})
export type RollBack = z.infer<typeof RollBack>

/** What the Git host said lies between the revision gone back to and one that ran; figures of a moment. */
export const Crossing = z.strictObject({
  /** What runs now, or the commit that is left. */
  from: Commit,
  targets: z.int(),
  standing: z.enum(['identical', 'ahead', 'behind', 'diverged']),
  commits: z.int(),
  files: z.int(),
})
export type Crossing = z.infer<typeof Crossing>

/** Sealed with the change: what of the plan is a choice or an observation, and is not looked at again. */
export const RollbackTerms = RollbackPlace.extend({
  /** The resolved list, `cluster/namespace`. */
  places: z.array(z.string()).min(1),
  crossings: z.array(Crossing),
})
export type RollbackTerms = z.infer<typeof RollbackTerms>
