import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { CalendarError } from './ics.ts'
import { type Line, readLines } from './ics-lines.ts'
import { isZone, minutesOf, momentAt } from './recurrence.ts'

/** A time in which somebody will not be there, as their own calendar says. */
export type Absence = { name: string; startsAt: Date; endsAt: Date }

/** Largest calendar that is read, characters. */
export const MOST_OF_CALENDAR = 800_000
const MOST_EVENTS = 5000
const MOST_ABSENCES = 10
const DAY = 86_400_000
/** What is shorter needs nobody to stand in. */
const LEAST = 20 * 3_600_000

const AWAY =
  /\b(out of (the )?office|ooo|vacation|holidays?|annual leave|parental leave|sabbatical|on leave|absent|absence|away|urlaub|abwesend|abwesenheit|elternzeit|cong[ée]s?|vacances|absence|ferien|ferie|vacaciones)\b/i

/**
 * The absences ahead of now in an iCalendar file, earliest first, those that touch as one; at most ten. An event is one when it lasts about a day or more and its calendar
 * marks it as out of office, or its title or category says so and it does not leave the time free. Recurring events are none: nobody is away for good. Whatever the file holds,
 * it answers; an event that cannot be read is no absence. Faces without a zone of the tz database are those of `zone`.
 */
export function absencesIn(
  text: string,
  { zone, now }: { zone: string; now: Date },
): Result<Absence[], CalendarError> {
  const refuse = (part: string) => err<CalendarError>({ code: 'calendar_refused', event: '', part })
  if (text.length > MOST_OF_CALENDAR) return refuse(`more than ${MOST_OF_CALENDAR} characters`)
  const lines = readLines(text)
  if (lines[0]?.name !== 'BEGIN' || lines[0].value.toUpperCase() !== 'VCALENDAR')
    return refuse('it does not begin with BEGIN:VCALENDAR')
  const events = eventsOf(lines)
  if (events.length > MOST_EVENTS) return refuse(`more than ${MOST_EVENTS} events`)
  const absences = events
    .filter(isAway)
    .flatMap((event) => timeOf(event, zone) ?? [])
    .filter(
      ({ startsAt, endsAt }) => endsAt > now && endsAt.getTime() - startsAt.getTime() >= LEAST,
    )
    .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())
  return ok(joined(absences).slice(0, MOST_ABSENCES))
}

/** The lines of each event; what is nested in one (an alarm) is left out. */
function eventsOf(lines: readonly Line[]): Line[][] {
  const events: Line[][] = []
  let depth = 0
  for (const line of lines) {
    const begins = line.name === 'BEGIN'
    if (begins && depth === 0 && line.value.toUpperCase() === 'VEVENT') events.push([])
    if (begins && (depth > 0 || line.value.toUpperCase() === 'VEVENT')) depth += 1
    else if (line.name === 'END' && depth > 0) depth -= 1
    else if (depth === 1) events.at(-1)?.push(line)
  }
  return events
}

function isAway(event: readonly Line[]): boolean {
  const said = (name: string) => (textOf(event, name) ?? '').toUpperCase()
  if (said('STATUS') === 'CANCELLED' || textOf(event, 'RRULE') !== undefined) return false
  if (said('X-MICROSOFT-CDO-BUSYSTATUS') === 'OOF') return true
  const free = said('TRANSP') === 'TRANSPARENT' || said('X-MICROSOFT-CDO-BUSYSTATUS') === 'FREE'
  const words = `${textOf(event, 'SUMMARY') ?? ''} ${textOf(event, 'CATEGORIES') ?? ''}`
  return !free && AWAY.test(words.slice(0, 500))
}

function timeOf(event: readonly Line[], zone: string): Absence | undefined {
  const start = event.find(({ name }) => name === 'DTSTART')
  const startsAt = start && momentOf(start, zone)
  if (!startsAt) return undefined
  const end = event.find(({ name }) => name === 'DTEND')
  const endsAt = end ? momentOf(end, zone) : lasting(event, { startsAt, start })
  const name = (textOf(event, 'SUMMARY') ?? '').trim().slice(0, 80)
  return endsAt && { name: name || 'Out of office', startsAt, endsAt }
}

function lasting(
  event: readonly Line[],
  { startsAt, start }: { startsAt: Date; start: Line },
): Date | undefined {
  const minutes = minutesOf(textOf(event, 'DURATION') ?? '')
  if (minutes !== undefined) return new Date(startsAt.getTime() + minutes * 60_000)
  return /^\d{8}$/.test(start.value) ? new Date(startsAt.getTime() + DAY) : undefined
}

/** `20261218T180000Z`, `20261218T180000` in a zone, or a day. */
function momentOf({ value, parameters }: Line, zone: string): Date | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/.exec(value)
  if (!found) return undefined
  const [, year, month, day, hours = '00', minutes = '00', utc] = found
  const said = parameters.TZID
  const of = utc === 'Z' ? 'UTC' : said !== undefined && isZone(said) ? said : zone
  return momentAt(`${year}-${month}-${day}T${hours}:${minutes}`, of)
}

function joined(absences: readonly Absence[]): Absence[] {
  const all: Absence[] = []
  for (const absence of absences) {
    const last = all.at(-1)
    if (!last || absence.startsAt > last.endsAt) all.push(absence)
    else if (absence.endsAt > last.endsAt) all.splice(-1, 1, { ...last, endsAt: absence.endsAt })
  }
  return all
}

function textOf(event: readonly Line[], name: string): string | undefined {
  return event.find((line) => line.name === name)?.value
}
