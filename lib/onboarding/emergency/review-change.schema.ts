import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** The review of an emergency change, after it ran: what the reviewer found, and the plan that they had before them. */
export const FillReview = z.strictObject({
  changeId: storedText(60).min(1),
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
  happened: storedText(4000).trim().min(10, 'say what happened, in ten characters or more'),
  justified: z.boolean(),
  outcome: z.enum(['successful', 'with_issues', 'unsuccessful']),
  followUps: storedText(2000).trim().default(''),
})
export type FillReview = z.infer<typeof FillReview>
