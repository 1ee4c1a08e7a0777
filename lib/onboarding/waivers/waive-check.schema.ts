import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'
import { RequestService } from '../request-service.schema.ts'

/** Asks to live with a failing check of this very request for so many days; the check itself says how many at most. */
export const AskCheckWaiver = z.strictObject({
  request: RequestService,
  /** The change being edited, when there is one. */
  changeId: storedText(40).optional(),
  checkId: storedText(40),
  /** Id of a house rule. */
  rule: storedText(100),
  /** Environment, or environment and cluster, where the check has one. */
  subject: storedText(140).nullable(),
  reason: storedText(500)
    .trim()
    .min(10, 'say why it can be lived with, and what is done meanwhile'),
  days: z.int().min(1).max(90),
})
export type AskCheckWaiver = z.infer<typeof AskCheckWaiver>

/** Grants or refuses it, as a second person; or ends a granted one. */
export const SettleCheckWaiver = z.strictObject({
  waiverId: storedText(40),
  act: z.enum(['grant', 'refuse', 'revoke']),
})
export type SettleCheckWaiver = z.infer<typeof SettleCheckWaiver>
