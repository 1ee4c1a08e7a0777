import { z } from 'zod'
import { CHECK_IDS } from '#lib/fleet/preflight/check.ts'
import { storedText } from '#lib/stored-text.ts'

/** The longest that a failing check may be lived with. */
export const MOST_WAIVED_DAYS = 90

/** Asks to live with a failing blocking check of a cluster for so many days. */
export const AskWaiver = z.strictObject({
  clusterId: storedText(40),
  checkId: z.enum(CHECK_IDS),
  reason: storedText(500)
    .trim()
    .min(10, 'say why it can be lived with, and what is done meanwhile'),
  days: z.int().min(1).max(MOST_WAIVED_DAYS),
})
export type AskWaiver = z.infer<typeof AskWaiver>

/** Grants or refuses it, as a second person; or ends a granted one. */
export const DecideWaiver = z.strictObject({
  waiverId: storedText(40),
  act: z.enum(['grant', 'refuse', 'revoke']),
})
export type DecideWaiver = z.infer<typeof DecideWaiver>
