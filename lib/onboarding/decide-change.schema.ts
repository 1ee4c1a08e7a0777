import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const Comment = storedText(2000).trim()
const Id = storedText(60).min(1)

/** A vote: the verdict and the hash of the plan that the person saw. Anything but an approval needs a comment. */
export const DecideChange = z
  .strictObject({
    changeId: Id,
    verdict: z.enum(['approve', 'reject', 'request_changes']),
    planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of the plan that was read'),
    comment: Comment.default(''),
    /** For whom it is given, where it is not one's own vote: a person who delegated to the voter. */
    onBehalfOf: Id.optional(),
  })
  .refine((decision) => decision.verdict === 'approve' || decision.comment.length > 0, {
    path: ['comment'],
    message: 'say why: the requester acts on it',
  })
export type DecideChange = z.infer<typeof DecideChange>

/** Names one change. */
export const ChangeRef = z.strictObject({
  changeId: Id,
  reason: Comment.default(''),
})
export type ChangeRef = z.infer<typeof ChangeRef>

/** A failed change that is given up, and why. */
export const CloseFailedChange = z.strictObject({
  changeId: Id,
  reason: Comment.min(3, 'say why it is given up'),
})
export type CloseFailedChange = z.infer<typeof CloseFailedChange>

/** Names one run. */
export const RunRef = z.strictObject({ runId: Id })
export type RunRef = z.infer<typeof RunRef>
