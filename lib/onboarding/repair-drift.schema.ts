import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** A repair of what differs at one instance; with `takeOver` also of fields that other programs hold. */
export const AskRepair = z.strictObject({
  instanceId: storedText(40),
  takeOver: z.boolean().default(false),
  reason: storedText(300).min(3, 'Say why, in a few words.'),
})
export type AskRepair = z.infer<typeof AskRepair>

/** The word of a second person on a repair that was proposed. */
export const DecideRepair = z.strictObject({
  repairId: storedText(40),
  verdict: z.enum(['approve', 'decline']),
})
export type DecideRepair = z.infer<typeof DecideRepair>
