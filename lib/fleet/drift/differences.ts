import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { hasUnit, quantityOf } from '../quantity.ts'
import { type FieldPath, isMap } from './managed-fields.ts'

/** One field: what stands there, and what should. `undefined` is nothing. */
export type Differing = { path: FieldPath; wanted: unknown; found: unknown }

/** What of an object somebody can want: labels, annotations and every section but its status. */
export function wantedOf(object: KubernetesObject): Record<string, unknown> {
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...sections } = object
  const { labels, annotations } = metadata
  const wanted = { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
  return Object.keys(wanted).length > 0 ? { ...sections, metadata: wanted } : sections
}

/** Fields in which two readings of one object differ, as deep as both have the same shape. */
export function differing(wanted: unknown, found: unknown, path: FieldPath = []): Differing[] {
  if (isMap(wanted) && isMap(found)) {
    const keys = [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    return keys.flatMap((key) => differing(ownOf(wanted, key), ownOf(found, key), [...path, key]))
  }
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
    return wanted.flatMap((value, place) => differing(value, found[place], [...path, place]))
  return same(wanted, found) ? [] : [{ path, wanted, found }]
}

/** Fields that an object sets and that stand otherwise; what the server or others added beside them is no difference. */
export function lacking(wanted: unknown, found: unknown, path: FieldPath = []): Differing[] {
  if (isMap(wanted) && isMap(found))
    return Object.entries(wanted).flatMap(([key, value]) =>
      lacking(value, ownOf(found, key), [...path, key]),
    )
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length)
    return wanted.flatMap((value, place) => lacking(value, found[place], [...path, place]))
  return same(wanted, found) ? [] : [{ path, wanted, found }]
}

function ownOf(map: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function same(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, place) => same(value, other[place]))
  if (isMap(one) && isMap(other)) return differing(one, other).length === 0
  return typeof one === 'string' && typeof other === 'string' && sameQuantity(one, other)
}

/** The server writes a quantity in its own way: 1000m stands as 1, 2048Mi as 2Gi. */
function sameQuantity(one: string, other: string): boolean {
  return (hasUnit(one) || hasUnit(other)) && quantityOf(one) === quantityOf(other)
}

/** A path as people write it: `.spec.limits[0].max.memory`, `.metadata.labels["a/b"]`. */
export function pathText(path: FieldPath): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`
      return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`
    })
    .join('')
}
