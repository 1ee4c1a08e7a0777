import { type Absence, absencesIn } from '#lib/calendar/absences.ts'
import type { CalendarError } from '#lib/calendar/ics.ts'
import { faceAt } from '#lib/calendar/recurrence.ts'
import { periodsOf } from '#lib/changes/delegation-store.ts'
import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { MOST_AHEAD, MOST_DAYS } from './delegate.schema.ts'
import type { FindAbsences } from './find-absences.schema.ts'

/** An absence as a delegation could cover it: faces of the asker's clocks. */
export type SuggestedPeriod = {
  name: string
  /** Empty: it has begun. */
  from: string
  until: string
  /** The absence lasts longer than one delegation may. */
  cut: boolean
  /** Somebody signs for the asker in part of that time already. */
  covered: boolean
}

const DAY = 86_400_000

/** The absences ahead in the asker's own calendar, each as the period of a delegation that they could make. It makes none, and keeps nothing. */
export async function findAbsences(
  platform: Platform,
  viewer: Viewer,
  { text, zone }: FindAbsences,
): Promise<Result<{ periods: SuggestedPeriod[] }, CalendarError>> {
  const own = { actor: viewer.id, tenants: [], as: 'stairway_platform' } as const
  const { now, periods } = await platform.db.inContext(own, (tx) => periodsOf(tx, viewer.id))
  const absences = absencesIn(text, { zone, now })
  if (!absences.ok) return absences
  const latest = now.getTime() + MOST_AHEAD * DAY
  return ok({
    periods: absences.value
      .filter(({ startsAt }) => startsAt.getTime() <= latest)
      .map((absence) => suggested(absence, { zone, now, periods })),
  })
}

type Around = { zone: string; now: Date; periods: readonly { startsAt: Date; endsAt: Date }[] }

function suggested(
  { name, startsAt, endsAt }: Absence,
  { zone, now, periods }: Around,
): SuggestedPeriod {
  const begins = Math.max(startsAt.getTime(), now.getTime())
  const until = Math.min(endsAt.getTime(), begins + MOST_DAYS * DAY)
  return {
    name,
    from: startsAt > now ? faceAt(startsAt, zone) : '',
    until: faceAt(new Date(until), zone),
    cut: until < endsAt.getTime(),
    covered: periods.some(
      (period) => period.startsAt.getTime() < until && period.endsAt.getTime() > begins,
    ),
  }
}
