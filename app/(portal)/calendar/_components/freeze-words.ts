import { counted } from '#components/words.ts'
import type { FreezeKind, FreezeScope } from '#lib/calendar/freeze.ts'

export const KIND_WORDS: Record<FreezeKind, { label: string; about: string }> = {
  blackout: { label: 'Blackout', about: 'Nothing of its scope starts while it lasts.' },
  maintenance_only: {
    label: 'Maintenance only',
    about: 'What is in its scope starts only while it lasts.',
  },
  restricted: {
    label: 'Restricted',
    about: 'While it lasts, what is in its scope starts only once a group lets it through.',
  },
}

/** Whom a freeze concerns: "prod of payments, lending" or "everything". */
export function scopeText({ tenants, environments, clusters }: FreezeScope): string {
  const parts = [
    environments.length > 0 ? environments.join(', ') : '',
    tenants.length > 0 ? `of ${tenants.join(', ')}` : '',
    clusters.length > 0 ? `on ${clusters.join(', ')}` : '',
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : 'everything'
}

const EACH: readonly [string, string][] = [
  ['FREQ=DAILY', 'every day'],
  ['FREQ=WEEKLY', 'every week'],
  ['FREQ=MONTHLY', 'every month'],
  ['FREQ=YEARLY', 'every year'],
]

/** How a freeze repeats, in words where the rule is a plain one, else as it is written. */
export function ruleWords(rule: string | null): string {
  return rule === null ? 'once' : (EACH.find(([text]) => text === rule)?.[1] ?? rule)
}

/** "17 days 12 h" of `P17DT12H`. */
export function lengthWords(duration: string): string {
  const { days, hours, minutes } = lengthParts(duration)
  const parts = [
    days > 0 ? counted(days, 'day') : '',
    hours > 0 ? `${hours} h` : '',
    minutes > 0 ? `${minutes} min` : '',
  ]
  return parts.filter(Boolean).join(' ')
}

/** Days, hours and minutes of a duration; weeks are days. */
export function lengthParts(duration: string): { days: number; hours: number; minutes: number } {
  const part = (sign: RegExp) => Number(sign.exec(duration)?.[1] ?? 0)
  return {
    days: part(/(\d+)W/) * 7 + part(/(\d+)D/),
    hours: part(/(\d+)H/),
    minutes: part(/T.*?(\d+)M/),
  }
}
