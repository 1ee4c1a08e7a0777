import { z } from 'zod'
import { isZone } from '#lib/calendar/recurrence.ts'
import { HOURS } from '#lib/notices/digest.ts'
import { storedText } from '#lib/stored-text.ts'

/** How somebody wants the mails about approvals that wait for them: each at once, or together at an hour of their clocks. */
export const PreferNotices = z.strictObject({
  daily: z.boolean(),
  hour: z.number().int().min(HOURS.first).max(HOURS.last),
  zone: storedText(60).min(1).refine(isZone, 'a zone of the tz database'),
})
export type PreferNotices = z.infer<typeof PreferNotices>
