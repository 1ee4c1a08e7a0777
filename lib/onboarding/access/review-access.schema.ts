import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const Grant = {
  principalId: storedText(40),
  role: storedText(20),
  /** Hash of the grant and its people as they were shown. */
  seen: z.string().regex(/^[0-9a-f]{64}$/),
}

/** Keeps these grants, each as it was shown. */
export const KeepAccess = z.strictObject({
  tenant: storedText(60),
  grants: z.array(z.strictObject(Grant)).min(1, 'choose at least one').max(200),
})
export type KeepAccess = z.infer<typeof KeepAccess>

/** Takes one grant away. */
export const RemoveAccess = z.strictObject({
  tenant: storedText(60),
  ...Grant,
  reason: storedText(500).trim().min(3, 'say why'),
})
export type RemoveAccess = z.infer<typeof RemoveAccess>

/** Days between two reviews of a tenant's grants. */
export const SetReviewDays = z.strictObject({
  tenant: storedText(60),
  days: z.int().min(30).max(366),
  reason: storedText(500).trim().min(3, 'say why'),
})
export type SetReviewDays = z.infer<typeof SetReviewDays>
