import { z } from 'zod'

const Comment = z.string().trim().max(2000)

/** A vote: the verdict and the hash of the plan that the person saw. Anything but an approval needs a comment. */
export const DecideChange = z
  .strictObject({
    changeId: z.string().min(1),
    verdict: z.enum(['approve', 'reject', 'request_changes']),
    planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
    comment: Comment.default(''),
  })
  .refine((decision) => decision.verdict === 'approve' || decision.comment.length > 0, {
    path: ['comment'],
    message: 'say why: the requester acts on it',
  })
export type DecideChange = z.infer<typeof DecideChange>

/** Names one change. */
export const ChangeRef = z.strictObject({
  changeId: z.string().min(1),
  reason: Comment.default(''),
})
export type ChangeRef = z.infer<typeof ChangeRef>

/** Names one run. */
export const RunRef = z.strictObject({ runId: z.string().min(1) })
export type RunRef = z.infer<typeof RunRef>
