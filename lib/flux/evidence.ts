import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { causeOfEvent, type Told } from './event-causes.ts'
import { mapOf, seenOf, textOf } from './status.ts'
import type { Readiness } from './verdict.ts'

/** Verdicts whose own words do not tell why: the Events of the namespace do. */
const THIN = ['health_check', 'deletion_stuck', 'unhealthy']

/** Is it worth to read the Events of its namespace? */
export function needsEvidence({ trouble }: Readiness): boolean {
  return THIN.includes(trouble.code)
}

/**
 * Says why something is not healthy or does not go, by the Kubernetes Events of its namespace: what became of the pods of the objects that the health
 * check waits for, or what the controller met when it removed. The word of the verdict stays; without evidence all of it does.
 */
export function explained(
  verdict: Readiness,
  object: KubernetesObject,
  events: readonly KubernetesObject[],
): Readiness {
  if (!needsEvidence(verdict)) return verdict
  const about =
    verdict.trouble.code === 'deletion_stuck'
      ? ofDeletion(object)
      : ofWorkloads(verdict.trouble.detail, object)
  const newest = events
    .map(readEvent)
    .filter((event) => event !== undefined && about(event))
    .sort((one, other) => (other?.at ?? 0) - (one?.at ?? 0))
    .at(0)
  const cause = newest && causeOfEvent(newest)
  if (!newest || !cause || cause.code === 'failing') return verdict
  const keeps = verdict.trouble.code === 'deletion_stuck'
  const detail = `${verdict.trouble.detail}; ${newest.kind} ${newest.name}: ${newest.message}`
  return {
    ...verdict,
    trouble: { ...cause, ...(keeps ? { code: 'deletion_stuck' } : {}), detail },
  }
}

type Event = Told & { name: string; at: number }

/** An Event of core/v1 as a cluster lists it. */
function readEvent(object: KubernetesObject): Event | undefined {
  const involved = mapOf(object.involvedObject)
  const [kind, name] = [textOf(involved.kind), textOf(involved.name)]
  if (!kind || !name) return undefined
  const time = [object.lastTimestamp, object.eventTime, object.firstTimestamp].find(textOf)
  const at = Date.parse(String(time ?? mapOf(object.metadata).creationTimestamp))
  return {
    kind,
    name,
    severity: textOf(object.type) ?? '',
    reason: textOf(object.reason) ?? '',
    message: textOf(object.message) ?? '',
    at: Number.isNaN(at) ? 0 : at,
  }
}

function ofDeletion(object: KubernetesObject): (event: Event) => boolean {
  const since = seenOf(object).deletingSince ?? 0
  return (event) =>
    event.severity === 'Warning' &&
    event.kind === object.kind &&
    event.name === object.metadata.name &&
    !(event.at < since - 1000)
}

/** Objects that a health check names as not ready: `Deployment/ns/name status: 'InProgress'`. Their pods and sets begin with their name. */
function ofWorkloads(message: string, object: KubernetesObject): (event: Event) => boolean {
  const named = [...message.matchAll(/(\w+)\/[\w.-]+\/([\w.-]+) status: '(?!Current)/g)]
  const names = named.flatMap(([, kind, name]) => (name ? [{ kind, name }] : []))
  return (event) =>
    event.severity === 'Warning' &&
    event.kind !== object.kind &&
    names.some(
      ({ kind, name }) =>
        (event.kind === kind && event.name === name) || event.name.startsWith(`${name}-`),
    )
}
