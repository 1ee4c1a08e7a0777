import type { KubernetesObject } from '#lib/kubernetes-object.ts'

/** One condition of a Flux object; what is missing or of another type reads as null or empty. */
export type Condition = {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string | null
  message: string
  /** Milliseconds of the last transition, null where it is no time. */
  since: number | null
  generation: number | null
}

/** One object that a Kustomization or HelmRelease says it applied. */
export type InventoryEntry = { namespace: string; name: string; group: string; kind: string }

/** What readiness needs of a Flux object, read without trust: any JSON gives an answer, none throws. */
export type Seen = {
  generation: number | null
  observedGeneration: number | null
  conditions: readonly Condition[]
  suspended: boolean
  /** Milliseconds of the deletion request; NaN where there is one that is no time, null where there is none. */
  deletingSince: number | null
  createdAt: number | null
  /** The token of the last asked reconcile, and of the last handled one. */
  askedAt: string | null
  /** Milliseconds of that request: by who wrote the annotation, else by the token, where it begins with a time as those of Flux do. */
  askedSince: number | null
  handledAt: string | null
  appliedRevision: string | null
  attemptedRevision: string | null
  artifactRevision: string | null
  /** Null before anything was applied; entries that cannot be read are left out. */
  inventory: readonly InventoryEntry[] | null
  /** True when it claims that nothing stands. */
  emptied: boolean
  /** `spec.timeout` in milliseconds, where it is a duration. */
  timeoutMs: number | null
}

const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

/** Reads what a cluster reported of a Flux object. */
export function seenOf(object: KubernetesObject): Seen {
  const metadata = mapOf(object.metadata)
  const spec = mapOf(object.spec)
  const status = mapOf(object.status)
  const deletion = metadata.deletionTimestamp
  const askedAt = textOf(mapOf(metadata.annotations)[REQUESTED_AT])
  return {
    generation: numberOf(metadata.generation),
    observedGeneration: numberOf(status.observedGeneration),
    conditions: conditionsOf(status.conditions),
    suspended: spec.suspend === true,
    deletingSince:
      deletion === undefined || deletion === null ? null : Date.parse(String(deletion)),
    createdAt: timeOf(metadata.creationTimestamp),
    askedAt,
    askedSince: askedAt === null ? null : (writtenAt(metadata.managedFields) ?? timeIn(askedAt)),
    handledAt: textOf(status.lastHandledReconcileAt),
    appliedRevision: textOf(status.lastAppliedRevision),
    attemptedRevision: textOf(status.lastAttemptedRevision),
    artifactRevision: textOf(mapOf(status.artifact).revision),
    inventory: inventoryOf(status.inventory),
    emptied: isEmpty(mapOf(status.inventory).entries),
    timeoutMs: durationMs(spec.timeout),
  }
}

/** The condition of a type, or undefined. */
export function conditionOf(seen: Seen, type: string): Condition | undefined {
  return seen.conditions.find((entry) => entry.type === type)
}

/** A text with something in it, or null. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A map as it is; anything else reads as an empty one. */
export function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

/** A list of maps; anything else is left out. */
export function mapsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value)
    ? value.filter((entry) => typeof entry === 'object' && entry !== null && !Array.isArray(entry))
    : []
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Milliseconds of a duration as Flux writes it (`1h30m`, `5m0s`, `250ms`), or null. */
export function durationMs(value: unknown): number | null {
  if (typeof value !== 'string' || !/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(value)) return null
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0),
    0,
  )
}

/** When the annotation was written last, from the managed fields. */
function writtenAt(managedFields: unknown): number | null {
  const times = mapsOf(managedFields).flatMap((entry) => {
    const annotations = mapOf(mapOf(mapOf(entry.fieldsV1)['f:metadata'])['f:annotations'])
    const time = `f:${REQUESTED_AT}` in annotations ? timeOf(entry.time) : null
    return time === null ? [] : [time]
  })
  return times.length > 0 ? Math.max(...times) : null
}

/** Tokens are opaque, but Flux's own tools write the time: RFC 3339, or Go's words for one. */
function timeIn(token: string): number | null {
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*(?: ?(Z|[+-]\d\d:?\d\d))?/.exec(
      token,
    ) ?? []
  return day ? timeOf(`${day}T${time}${zone ?? 'Z'}`) : null
}

function conditionsOf(value: unknown): Condition[] {
  return mapsOf(value).map((entry) => ({
    type: textOf(entry.type) ?? '',
    status: entry.status === 'True' || entry.status === 'False' ? entry.status : 'Unknown',
    reason: textOf(entry.reason),
    message: textOf(entry.message)?.trim() ?? '',
    since: timeOf(entry.lastTransitionTime),
    generation: numberOf(entry.observedGeneration),
  }))
}

/** Entries are `<namespace>_<name>_<group>_<kind>`, the group empty for core kinds; a name writes its colons as two underscores. */
function inventoryOf(value: unknown): InventoryEntry[] | null {
  const { entries } = mapOf(value)
  if (!Array.isArray(entries)) return null
  return mapsOf(entries).flatMap((entry) => {
    const parts = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(textOf(entry.id) ?? '')
    if (!parts) return []
    const [, namespace = '', name = '', group = '', kind = ''] = parts
    return [{ namespace, name: name.replaceAll('__', ':'), group, kind }]
  })
}

function isEmpty(entries: unknown): boolean {
  return Array.isArray(entries) && entries.length === 0
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? null : time
}
