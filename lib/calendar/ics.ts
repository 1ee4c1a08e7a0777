import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { FREEZE_KINDS, type FreezeDefinition } from './freeze.ts'
import { type Line, readLines, writeLine } from './ics-lines.ts'
import { checkRecurrence, isZone, type Recurrence } from './recurrence.ts'

export type CalendarError = {
  code: 'calendar_refused'
  /** Which event, by its name or place; empty for the file as a whole. */
  event: string
  part: string
}

type Named = FreezeDefinition & { id: string }

const MOST_CHARACTERS = 200_000
const MOST_EVENTS = 100

/** An iCalendar file (RFC 5545) of freezes: other calendars show it, and `readCalendar` reads it back whole. */
export function writeCalendar(freezes: readonly Named[], at: Date): string {
  const stamp = `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
  const events = freezes.flatMap((freeze) => [
    writeLine('BEGIN', 'VEVENT', 'plain'),
    writeLine('UID', `${freeze.id}@stairway`),
    writeLine('DTSTAMP', stamp, 'plain'),
    writeLine('SUMMARY', freeze.name),
    writeLine('DESCRIPTION', freeze.reason),
    writeLine('CONTACT', freeze.owner),
    writeLine(`DTSTART;TZID=${freeze.zone}`, stampOf(freeze.start), 'plain'),
    writeLine('DURATION', freeze.duration, 'plain'),
    freeze.rule === null ? '' : writeLine('RRULE', freeze.rule, 'plain'),
    datesLine('EXDATE', freeze.zone, freeze.except),
    datesLine('RDATE', freeze.zone, freeze.also),
    writeLine('X-STAIRWAY-KIND', freeze.kind, 'plain'),
    freeze.approvers === null ? '' : writeLine('X-STAIRWAY-APPROVERS', freeze.approvers),
    freeze.holdsFlux ? writeLine('X-STAIRWAY-FLUX', 'SUSPENDED', 'plain') : '',
    ...(['tenants', 'environments', 'clusters'] as const).map((part) =>
      freeze.scope[part].length === 0
        ? ''
        : writeLine(`X-STAIRWAY-${part.toUpperCase()}`, freeze.scope[part].join(','), 'plain'),
    ),
    writeLine('END', 'VEVENT', 'plain'),
  ])
  return [
    'BEGIN:VCALENDAR\r\n',
    'VERSION:2.0\r\n',
    'PRODID:-//Stairway//Freezes//EN\r\n',
    ...events,
    'END:VCALENDAR\r\n',
  ].join('')
}

function datesLine(name: string, zone: string, dates: readonly string[]): string {
  return dates.length === 0
    ? ''
    : writeLine(`${name};TZID=${zone}`, dates.map(stampOf).join(','), 'plain')
}

function stampOf(wall: string): string {
  return `${wall.replace(/[-:]/g, '')}00`
}

/**
 * Reads the events of an iCalendar file as freezes. Whatever the file holds, it answers: the freezes, or the first event that cannot be taken and why.
 * What a foreign calendar does not say is `blackout`, everything, and `owner`, and leaves Flux alone.
 */
export function readCalendar(
  text: string,
  owner: string,
): Result<FreezeDefinition[], CalendarError> {
  const refuse = (part: string) =>
    err<CalendarError>({ code: 'calendar_refused', event: '', part: part.slice(0, 120) })
  if (text.length > MOST_CHARACTERS) return refuse(`more than ${MOST_CHARACTERS} characters`)
  const lines = readLines(text)
  if (lines[0]?.name !== 'BEGIN' || lines[0].value.toUpperCase() !== 'VCALENDAR')
    return refuse('it does not begin with BEGIN:VCALENDAR')
  const zone = lines.find((line) => line.name === 'X-WR-TIMEZONE')?.value ?? null
  const events = eventsOf(lines)
  if (events.length === 0) return refuse('it holds no event')
  if (events.length > MOST_EVENTS) return refuse(`more than ${MOST_EVENTS} events`)
  const read: FreezeDefinition[] = []
  for (const [place, event] of events.entries()) {
    const freeze = freezeOf(event, { zone, owner })
    const name = textOf(event, 'SUMMARY') || `number ${place + 1}`
    if (!freeze.ok)
      return err({ code: 'calendar_refused', event: name.slice(0, 80), ...freeze.error })
    read.push(freeze.value)
  }
  return ok(read)
}

/** The lines of each event; what is nested in one (an alarm) is left out. */
function eventsOf(lines: readonly Line[]): Line[][] {
  const events: Line[][] = []
  let depth = 0
  for (const line of lines) {
    const what = line.value.toUpperCase()
    if (line.name === 'BEGIN' && what === 'VEVENT' && depth === 0) {
      events.push([])
      depth = 1
    } else if (line.name === 'BEGIN' && depth > 0) depth += 1
    else if (line.name === 'END' && depth > 0) depth -= 1
    else if (depth === 1) events.at(-1)?.push(line)
  }
  return events
}

type Defaults = { zone: string | null; owner: string }

function freezeOf(
  event: readonly Line[],
  { zone, owner }: Defaults,
): Result<FreezeDefinition, { part: string }> {
  const when = recurrenceOf(event, zone)
  if (!when.ok) return when
  const name = (textOf(event, 'SUMMARY') ?? '').trim()
  if (name.length < 3 || name.length > 80) return err({ part: 'SUMMARY: 3 to 80 characters' })
  const told = (textOf(event, 'DESCRIPTION') ?? '').trim()
  const kind = textOf(event, 'X-STAIRWAY-KIND') ?? 'blackout'
  const known = FREEZE_KINDS.find((each) => each === kind)
  if (!known) return err({ part: `X-STAIRWAY-KIND:${kind}`.slice(0, 120) })
  const approvers = known === 'restricted' ? textOf(event, 'X-STAIRWAY-APPROVERS')?.trim() : null
  if (approvers === undefined || approvers === '' || (approvers ?? '').length > 200)
    return err({ part: 'X-STAIRWAY-APPROVERS: name the group that lets changes through' })
  return ok({
    ...when.value,
    name,
    kind: known,
    reason: (told.length < 3 ? `as in the calendar: ${name}` : told).slice(0, 500),
    approvers,
    holdsFlux: textOf(event, 'X-STAIRWAY-FLUX')?.toUpperCase() === 'SUSPENDED',
    owner: (textOf(event, 'CONTACT') ?? owner).trim().slice(0, 80) || owner,
    scope: {
      tenants: namesOf(event, 'X-STAIRWAY-TENANTS'),
      environments: namesOf(event, 'X-STAIRWAY-ENVIRONMENTS'),
      clusters: namesOf(event, 'X-STAIRWAY-CLUSTERS'),
    },
  })
}

function recurrenceOf(
  event: readonly Line[],
  calendarZone: string | null,
): Result<Recurrence, { part: string }> {
  const start = event.find((line) => line.name === 'DTSTART')
  if (!start) return err({ part: 'DTSTART is missing' })
  const zone = zoneOf(start) ?? calendarZone
  if (!zone || !isZone(zone))
    return err({ part: `DTSTART: ${zone ? `no zone ${zone}` : 'it names no zone'}`.slice(0, 120) })
  const dates = (name: string) =>
    event.filter((line) => line.name === name).flatMap((line) => line.value.split(',').map(wallOf))
  const begins = wallOf(start.value)
  const checked = checkRecurrence({
    zone,
    start: begins,
    duration: durationOf(event, start),
    rule: textOf(event, 'RRULE') ?? null,
    except: dates('EXDATE'),
    also: dates('RDATE'),
  })
  return checked.ok ? checked : err({ part: `${checked.error.field}: ${checked.error.part}` })
}

function zoneOf(line: Line): string | undefined {
  return line.value.endsWith('Z') ? 'UTC' : line.parameters.TZID
}

/** DURATION, or what lies between DTSTART and DTEND by the clock, or a day for an event of whole days. */
function durationOf(event: readonly Line[], start: Line): string {
  const said = textOf(event, 'DURATION')
  if (said !== undefined) return said
  const wholeDay = /^\d{8}$/.test(start.value)
  const end = textOf(event, 'DTEND')
  if (end === undefined) return wholeDay ? 'P1D' : ''
  const minutes = (Date.parse(`${wallOf(end)}Z`) - Date.parse(`${wallOf(start.value)}Z`)) / 60_000
  if (!(minutes > 0)) return ''
  return wholeDay ? `P${minutes / 1440}D` : `PT${minutes}M`
}

/** `20261218T180000Z` or `20261218` as the clock's face; seconds are dropped. */
function wallOf(stamp: string): string {
  const [, y, m, d, hours = '00', minutes = '00'] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\dZ?)?$/.exec(stamp) ?? []
  return y ? `${y}-${m}-${d}T${hours}:${minutes}` : stamp
}

function textOf(event: readonly Line[], name: string): string | undefined {
  return event.find((line) => line.name === name)?.value
}

function namesOf(event: readonly Line[], name: string): string[] {
  return (textOf(event, name) ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
}
