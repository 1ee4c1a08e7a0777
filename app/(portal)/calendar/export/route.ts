import { writeCalendar } from '#lib/calendar/ics.ts'
import { readFreezes } from '#lib/calendar/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'

/** The freezes that the calendar shows this viewer, for other calendars. */
export const GET = route('change.read', async ({ viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const freezes = await readFreezes(platform(), viewer)
  return new Response(writeCalendar(freezes, new Date()), {
    headers: {
      'content-type': 'text/calendar; charset=utf-8',
      'content-disposition': 'attachment; filename="stairway-freezes.ics"',
      'cache-control': 'private, no-store',
    },
  })
})
