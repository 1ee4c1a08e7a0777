import { z } from 'zod'

/** An event as notification-controller forwards it. Unknown members are let through: Flux adds some. */
export const FluxEvent = z.object({
  involvedObject: z.object({
    kind: z.string().min(1).max(63),
    namespace: z.string().max(63).default(''),
    name: z.string().min(1).max(253),
    uid: z.string().optional(),
    apiVersion: z.string().optional(),
  }),
  severity: z.enum(['trace', 'info', 'error']),
  timestamp: z.iso.datetime({ offset: true }),
  message: z.string().max(40_000),
  reason: z.string().max(200),
  metadata: z.record(z.string(), z.string()).optional(),
  reportingController: z.string().max(200),
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

/** What makes two deliveries the same event: object, reason, severity, revision, and the message less its timings and temporary names. */
export function sameEventText(event: FluxEvent): string {
  const { kind, namespace, name, uid = '' } = event.involvedObject
  const message = event.message
    .replace(/in [0-9.]+(ms|s|m)\b/g, 'in …')
    .replace(/\/tmp\/[\w.-]+/g, '/tmp/…')
  return [
    kind,
    namespace,
    name,
    uid,
    event.reason,
    event.severity,
    revisionOf(event) ?? '',
    event.timestamp,
    message,
  ].join('\n')
}
