import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'

/** The parts of a repetition that are taken, in the order in which they are written. */
export type Rule = {
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  count: number | null
  /** `YYYYMMDD`, the whole day included, or an instant `YYYYMMDDTHHMMSSZ`. */
  until: string | null
  byMonth: number[]
  byMonthDay: number[]
  byDay: string[]
  bySetPos: number[]
  weekStart: string | null
}

const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const
const DAY = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/
const MOST_LENGTH = 400
const MOST_COUNT = 1000

/**
 * Reads a repetition (RRULE of RFC 5545) that somebody else wrote. It is a program, so it is bounded: nothing shorter than daily, no times of day,
 * no part that is not understood. The refusal names the part.
 */
export function parseRule(text: string): Result<Rule, { part: string }> {
  if (text.length > MOST_LENGTH) return err({ part: `more than ${MOST_LENGTH} characters` })
  const parts = new Map<string, string>()
  for (const piece of text.trim().toUpperCase().split(';')) {
    const [name = '', value = '', more] = piece.split('=')
    if (!name || !value || more !== undefined || parts.has(name)) return err({ part: piece })
    parts.set(name, value)
  }
  const rule: Rule = {
    freq: 'DAILY',
    interval: 1,
    count: null,
    until: null,
    byMonth: [],
    byMonthDay: [],
    byDay: [],
    bySetPos: [],
    weekStart: null,
  }
  for (const [name, value] of parts)
    if (!READERS.get(name)?.(rule, value)) return err({ part: `${name}=${value}` })
  if (!parts.has('FREQ')) return err({ part: 'FREQ is missing' })
  const clash = clashOf(rule)
  return clash ? err({ part: clash }) : ok(rule)
}

/** The repetition written out, always in the same order: two equal rules are equal texts. */
export function ruleText(rule: Rule): string {
  const parts = [
    `FREQ=${rule.freq}`,
    rule.interval === 1 ? '' : `INTERVAL=${rule.interval}`,
    rule.count === null ? '' : `COUNT=${rule.count}`,
    rule.until === null ? '' : `UNTIL=${rule.until}`,
    listed('BYMONTH', rule.byMonth),
    listed('BYMONTHDAY', rule.byMonthDay),
    listed('BYDAY', rule.byDay),
    listed('BYSETPOS', rule.bySetPos),
    rule.weekStart === null ? '' : `WKST=${rule.weekStart}`,
  ]
  return parts.filter(Boolean).join(';')
}

function listed(name: string, values: readonly (string | number)[]): string {
  return values.length === 0 ? '' : `${name}=${values.join(',')}`
}

type Reader = (rule: Rule, value: string) => boolean

/** One reader for each part; false refuses it. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'FREQ',
    (rule, value) => {
      const freq = FREQUENCIES.find((each) => each === value)
      if (freq) rule.freq = freq
      return freq !== undefined
    },
  ],
  ['INTERVAL', (rule, value) => set(whole(value, 1, 366), (n) => (rule.interval = n))],
  ['COUNT', (rule, value) => set(whole(value, 1, MOST_COUNT), (n) => (rule.count = n))],
  [
    'UNTIL',
    (rule, value) => {
      rule.until = value
      return isDay(value.slice(0, 8)) && /^\d{8}(T([01]\d|2[0-3])[0-5]\d[0-5]\dZ)?$/.test(value)
    },
  ],
  ['BYMONTH', (rule, value) => set(wholes(value, 12, false), (all) => (rule.byMonth = all))],
  ['BYMONTHDAY', (rule, value) => set(wholes(value, 31, true), (all) => (rule.byMonthDay = all))],
  ['BYSETPOS', (rule, value) => set(wholes(value, 31, true), (all) => (rule.bySetPos = all))],
  [
    'BYDAY',
    (rule, value) => {
      rule.byDay = [...new Set(value.split(',').map((day) => day.replace('+', '')))]
      return rule.byDay.every((day) => {
        const [, nth] = DAY.exec(day) ?? [null]
        return DAY.test(day) && (nth === undefined || set(whole(nth, -53, 53, true), () => {}))
      })
    },
  ],
  [
    'WKST',
    (rule, value) => {
      rule.weekStart = value
      return /^(MO|TU|WE|TH|FR|SA|SU)$/.test(value)
    },
  ],
])

function set<T>(value: T | undefined, keep: (value: T) => void): boolean {
  if (value === undefined) return false
  keep(value)
  return true
}

function whole(text: string | null, least: number, most: number, notNull = false) {
  if (!/^-?\d{1,4}$/.test(text ?? '')) return undefined
  const n = Number(text)
  return n >= least && n <= most && !(notNull && n === 0) ? n : undefined
}

function wholes(text: string, most: number, fromEnd: boolean): number[] | undefined {
  const all = text.split(',').map((each) => whole(each, fromEnd ? -most : 1, most, true))
  const read = all.filter((each) => each !== undefined)
  return read.length === all.length ? [...new Set(read)] : undefined
}

/** Is it a day that the calendar has, written `YYYYMMDD`? */
function isDay(text: string): boolean {
  const [, year, month, day] = /^((?:19|20|21)\d\d)(\d\d)(\d\d)$/.exec(text) ?? []
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day)
}

/** Parts that RFC 5545 does not allow together, or that would say nothing. */
function clashOf(rule: Rule): string | undefined {
  if (rule.count !== null && rule.until !== null) return 'COUNT together with UNTIL'
  const counted = rule.byDay.some((day) => /\d/.test(day))
  if (counted && rule.freq !== 'MONTHLY' && rule.freq !== 'YEARLY')
    return `BYDAY=${rule.byDay.join(',')} with FREQ=${rule.freq}`
  if (rule.byMonthDay.length > 0 && rule.freq === 'WEEKLY') return 'BYMONTHDAY with FREQ=WEEKLY'
  const sets = rule.byDay.length + rule.byMonth.length + rule.byMonthDay.length
  if (rule.bySetPos.length > 0 && sets === 0) return 'BYSETPOS alone'
  return undefined
}
