import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const LONGEST_HOURS = 30 * 24
const Reason = storedText(300).min(3, 'Say why, in a few words.')

const Place = {
  serviceId: storedText(40),
  /** One environment, or all where it is empty. */
  environment: storedText(40).default(''),
  reason: Reason,
}

/** What is asked of the running instances of a service. A suspension always has an end. */
export const OperateService = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reconcile'), ...Place }),
  z.strictObject({
    kind: z.literal('suspend'),
    ...Place,
    hours: z.coerce
      .number()
      .int()
      .min(1, 'At least one hour.')
      .max(LONGEST_HOURS, 'At most 30 days; suspend again if it must last longer.'),
  }),
  z.strictObject({ kind: z.literal('resume'), ...Place }),
])
export type OperateService = z.infer<typeof OperateService>
