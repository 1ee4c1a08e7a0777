import { z } from 'zod'

/** Text that can be stored: no NUL and no half of a surrogate pair, neither of which PostgreSQL keeps. */
function stored(max: number): z.ZodString {
  return z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text), 'cannot be stored')
}

/** An event as notification-controller forwards it. Unknown members are let through: Flux adds some. */
export const FluxEvent = z.object({
  involvedObject: z.object({
    kind: stored(63).min(1),
    namespace: stored(63).default(''),
    name: stored(253).min(1),
    uid: stored(63).optional(),
    apiVersion: stored(253).optional(),
  }),
  severity: z.enum(['trace', 'info', 'error']),
  timestamp: z.iso.datetime({ offset: true }),
  message: stored(40_000),
  reason: stored(200),
  metadata: z.record(stored(300), stored(10_000)).optional(),
  reportingController: stored(200),
})

export type FluxEvent = z.infer<typeof FluxEvent>

/** Oldest and newest event accepted, seconds from now: the window against replay. */
export const EVENT_WINDOW = { oldest: 24 * 3600, newest: 300 }

/** Is the event's own time inside the window? */
export function isTimely(event: FluxEvent, now: Date): boolean {
  const age = (now.getTime() - Date.parse(event.timestamp)) / 1000
  return age <= EVENT_WINDOW.oldest && age >= -EVENT_WINDOW.newest
}

/** Revision an event speaks of; keys arrive with or without the group prefix. */
export function revisionOf(event: FluxEvent): string | null {
  const entry = Object.entries(event.metadata ?? {}).find(
    ([key]) => key === 'revision' || key.endsWith('/revision'),
  )
  return entry?.[1] ?? null
}

/** What makes two deliveries the same event: object, reason, severity, revision, time, and the message less its timings and temporary names. */
export function sameEventText(event: FluxEvent): string {
  const { kind, namespace, name, uid = '' } = event.involvedObject
  const message = event.message
    .replace(/\b(in|after) (?:[0-9.]+(?:ms|µs|ns|s|m|h))+/g, '$1 …')
    .replace(/\/tmp\/[\w.-]+/g, '/tmp/…')
  const facts = [kind, namespace, name, uid, event.reason, event.severity]
  return JSON.stringify([...facts, revisionOf(event), event.timestamp, message])
}
