import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'
import { withoutCredentials } from './without-credentials.ts'

/** An event as notification-controller forwards it. Unknown members are let through: Flux adds some. */
export const FluxEvent = z.object({
  involvedObject: z.object({
    kind: storedText(63).min(1),
    namespace: storedText(63).default(''),
    name: storedText(253).min(1),
    uid: storedText(63).optional(),
    apiVersion: storedText(253).optional(),
  }),
  severity: z.enum(['trace', 'info', 'error']),
  timestamp: z.iso.datetime({ offset: true }),
  message: storedText(40_000).transform(withoutCredentials),
  reason: storedText(200),
  metadata: z.record(storedText(300), storedText(10_000)).optional(),
  reportingController: storedText(200),
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
