import { mapOf, textOf } from './status.ts'

const DEEPEST = 24
/** What Kubernetes keeps elsewhere, or never. */
const ELSEWHERE = new Set(['apiVersion', 'kind', 'metadata', 'status', 'stringData', 'sops'])

/**
 * Paths that a manifest sets and the object on the cluster does not have at all. Values are not compared: overlays change them. Nothing, `false`,
 * zero and empty texts say the same as being absent.
 */
export function droppedFields(manifest: unknown, live: unknown): string[] {
  return Object.entries(mapOf(manifest))
    .filter(([key]) => !ELSEWHERE.has(key))
    .flatMap(([key, value]) => missing(value, mapOf(live)[key], key, 0))
}

function missing(wanted: unknown, stands: unknown, path: string, depth: number): string[] {
  if (isNothing(wanted) || depth > DEEPEST) return []
  if (stands === undefined || stands === null) return [path]
  if (Array.isArray(wanted)) {
    return Array.isArray(stands)
      ? wanted.flatMap((entry) => ofEntry(entry, stands, path, depth))
      : []
  }
  if (typeof wanted !== 'object' || typeof stands !== 'object') return []
  return Object.entries(mapOf(wanted)).flatMap(([key, value]) =>
    missing(value, mapOf(stands)[key], `${path}.${key}`, depth + 1),
  )
}

/** Entries are matched by name: what an overlay took out of a list is no field that was dropped. */
function ofEntry(
  entry: unknown,
  stands: readonly unknown[],
  path: string,
  depth: number,
): string[] {
  const name = textOf(mapOf(entry).name)
  const match = name ? stands.find((other) => mapOf(other).name === name) : undefined
  return match ? missing(entry, match, `${path}[${name}]`, depth + 1) : []
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') {
    return true
  }
  return typeof value === 'object' && Object.keys(value).length === 0
}
