const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A length of time in words of two units at most: "40 s", "3 h 20 min", "12 d". */
export function durationText(milliseconds: number): string {
  const length = Math.max(100, milliseconds)
  if (length < 10 * SECOND) return `${(Math.round(length / 100) / 10).toString()} s`
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < 10 * MINUTE) return twoUnits(length, [MINUTE, 'min'], [SECOND, 's'])
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < DAY) return twoUnits(length, [HOUR, 'h'], [MINUTE, 'min'])
  return `${Math.floor(length / DAY)} d`
}

/** How long ago, or how long until: "3 min ago", "in 2 h", "now". */
export function agoText(at: Date, now: Date): string {
  const since = now.getTime() - at.getTime()
  // the database's clock may be a little ahead of the reader's
  if (Math.abs(since) < 2 * SECOND || (since < 0 && -since < 5 * SECOND)) return 'now'
  return since > 0 ? `${coarse(since)} ago` : `in ${coarse(-since)}`
}

/** An age for a narrow column: "2 min", "3 h", "5 d". */
export function ageText(at: Date, now: Date): string {
  return coarse(Math.max(0, now.getTime() - at.getTime()))
}

function coarse(length: number): string {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`
  return `${Math.floor(length / DAY)} d`
}

function twoUnits(
  length: number,
  [big, bigName]: readonly [number, string],
  [small, smallName]: readonly [number, string],
): string {
  const rest = Math.floor((length % big) / small)
  const head = `${Math.floor(length / big)} ${bigName}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}

/** A moment in a zone: the day when it is not today, the minute, and the zone's name. */
export function momentText(at: Date, now: Date, zone: string): string {
  const time = format(at, zone, { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
  if (dayText(at, zone) === dayText(now, zone)) return `today ${time}`
  return `${dayText(at, zone)}, ${time}`
}

/** The minute in a zone as a field for times takes it: "2026-11-24T09:14". */
export function faceText(at: Date, zone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    timeZone: zone,
  } as Intl.DateTimeFormatOptions).format(at)
  return text.replace(' ', 'T')
}

/** The clock time in a zone, to the second: "10:41:52". */
export function clockText(at: Date, zone: string): string {
  return format(at, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
}

/** The day in a zone: "Tue 24 Nov 2026". */
export function dayText(at: Date, zone: string): string {
  return format(at, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).replaceAll(',', '')
}

function format(at: Date, zone: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' }).format(
    at,
  )
}
