import { z } from 'zod'
import { MOST_OF_CALENDAR } from '#lib/calendar/absences.ts'
import { isZone } from '#lib/calendar/recurrence.ts'
import { storedText } from '#lib/stored-text.ts'

/** A person's own calendar, as it exports it, and the zone by whose clocks they read. Nothing of it is kept. */
export const FindAbsences = z.strictObject({
  text: storedText(MOST_OF_CALENDAR),
  zone: storedText(60).refine(isZone, 'a zone of the tz database'),
})
export type FindAbsences = z.infer<typeof FindAbsences>
