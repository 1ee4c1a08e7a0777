import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { parseRule, type Rule, ruleText } from './rule.ts'

/** When something happens, as people say it: by the clocks of one zone. */
export type Recurrence = {
  /** Name of the zone in the tz database. */
  zone: string
  /** First start by the zone's clocks, `2026-12-18T18:00`. */
  start: string
  /** ISO 8601: days go by the calendar, hours and minutes are exact. */
  duration: string
  /** RRULE of RFC 5545; null happens once. */
  rule: string | null
  /** Starts that do not happen (EXDATE), and starts besides (RDATE), written like `start`. */
  except: string[]
  also: string[]
}

export type RecurrenceField = keyof Recurrence
export type RecurrenceError = {
  code: 'recurrence_refused'
  field: RecurrenceField
  /** What of it is not taken. */
  part: string
}

/** Half-open: `end` is the first moment after. */
export type Occurrence = { start: Date; end: Date }

const WALL = /^(19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d$/
const ZONE = /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){0,2}$/
const DURATION =
  /^P(?=[1-9T])(?:(\d{1,2})W|(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?)?)$/
/** A list of single starts is no longer than this. */
const MOST_DATES = 100
const LEAST_MINUTES = 5
const MOST_MINUTES = 92 * 24 * 60

/** Checks a recurrence that somebody wrote and answers it in its one form; the refusal names the field and the part. */
export function checkRecurrence(given: Recurrence): Result<Recurrence, RecurrenceError> {
  const refuse = (field: RecurrenceField, part: string) =>
    err<RecurrenceError>({ code: 'recurrence_refused', field, part: part.slice(0, 120) })
  if (!isZone(given.zone)) return refuse('zone', given.zone)
  if (!isWall(given.start)) return refuse('start', given.start)
  const minutes = minutesOf(given.duration)
  if (minutes === undefined) return refuse('duration', given.duration)
  if (minutes < LEAST_MINUTES) return refuse('duration', `less than ${LEAST_MINUTES} minutes`)
  if (minutes > MOST_MINUTES) return refuse('duration', 'more than 92 days')
  for (const field of ['except', 'also'] as const) {
    const bad = given[field].find((each) => !isWall(each))
    if (bad !== undefined) return refuse(field, bad)
    if (given[field].length > MOST_DATES) return refuse(field, `more than ${MOST_DATES} dates`)
  }
  const rule = given.rule === null ? null : parseRule(given.rule)
  if (rule && !rule.ok) return refuse('rule', rule.error.part)
  return ok({
    ...given,
    rule: rule ? ruleText(rule.value) : null,
    except: [...new Set(given.except)].sort(),
    also: [...new Set(given.also)].sort(),
  })
}

/**
 * Every occurrence that touches `[from, to)`, in order. The rule runs over the clocks' faces, and each face is then looked up in the zone: an hour
 * that the clocks skip is taken for the one after, so that no night is ever left out. Takes a recurrence that `checkRecurrence` answered.
 */
export function occurrencesIn(recurrence: Recurrence, from: Date, to: Date): Occurrence[] {
  const reach = (minutesOf(recurrence.duration) ?? 0) * 60_000 + DAY_MS
  const early = new Date(from.getTime() - reach)
  const late = new Date(to.getTime() + DAY_MS)
  const faces = new Set([...facesOf(recurrence, early, late), ...recurrence.also])
  for (const face of recurrence.except) faces.delete(face)
  return [...faces]
    .map((face) => occurrenceAt(recurrence, face))
    .filter(({ start, end }) => start < to && end > from)
    .sort((a, b) => a.start.getTime() - b.start.getTime())
}

const DAY_MS = 86_400_000

function facesOf({ zone, start, rule }: Recurrence, from: Date, to: Date): string[] {
  if (rule === null) return [start]
  const parsed = parseRule(rule)
  if (!parsed.ok) return []
  const { until, ...rest } = parsed.value
  const expanded = new RRuleTemporal({
    rruleString: `RRULE:${ruleText({ ...rest, until: null })}`,
    dtstart: faceInUtc(start),
    tzid: 'UTC',
    temporal: Temporal,
    strict: true,
    cache: false,
    ...(until ? { until: faceInUtc(lastFace(until, zone)) } : {}),
  })
  return expanded.between(from, to, true).map((at) => at.toPlainDateTime().toString().slice(0, 16))
}

function faceInUtc(face: string) {
  return Temporal.PlainDateTime.from(face).toZonedDateTime('UTC')
}

/** The last face of the zone's clocks at which something may start. */
function lastFace(until: NonNullable<Rule['until']>, zone: string): string {
  const [, y, m, d, time] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z)?$/.exec(until) ?? []
  const day = `${y}-${m}-${d}`
  if (!time) return `${day}T23:59:59`
  const [hours, minutes, seconds] = [time.slice(0, 2), time.slice(2, 4), time.slice(4)]
  return Temporal.Instant.from(`${day}T${hours}:${minutes}:${seconds}Z`)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString()
}

function occurrenceAt({ zone, duration }: Recurrence, face: string): Occurrence {
  const start = Temporal.PlainDateTime.from(face).toZonedDateTime(zone)
  const end = start.add(Temporal.Duration.from(duration))
  return { start: new Date(start.epochMilliseconds), end: new Date(end.epochMilliseconds) }
}

/** Whole minutes of an ISO 8601 duration in weeks, days, hours and minutes; undefined when it is none. */
export function minutesOf(duration: string): number | undefined {
  const found = DURATION.exec(duration)
  if (!found) return undefined
  const [weeks, days, hours, minutes] = found.slice(1).map((each) => Number(each ?? 0))
  return (((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)
}

function isWall(text: string): boolean {
  if (!WALL.test(text)) return false
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toString().startsWith(text)
  } catch {
    return false
  }
}

/** The moment at which the clocks of a zone show that face; undefined when either is none. */
export function momentAt(face: string, zone: string): Date | undefined {
  if (!isWall(face) || !isZone(zone)) return undefined
  return new Date(Temporal.PlainDateTime.from(face).toZonedDateTime(zone).epochMilliseconds)
}

/** The face of a zone's clocks at a moment, to the minute: `2026-12-18T18:00`. */
export function faceAt(moment: Date, zone: string): string {
  const there = Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(zone)
  return there.toPlainDateTime().toString({ smallestUnit: 'minute' })
}

/** Is it a zone that the tz database names? Offsets are none: they know no summer time. */
export function isZone(text: string): boolean {
  if (!ZONE.test(text) || text.length > 60) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: text }))
  } catch {
    return false
  }
}
