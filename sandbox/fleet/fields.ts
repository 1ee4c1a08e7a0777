import type { KubeObject } from './object.ts'

/** Keys that identify entries of lists that merge; every other list is atomic. Source: `x-kubernetes-list-map-keys` of Kubernetes 1.36 for the kinds served. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
}
const PORT_KEYS: Readonly<Record<string, readonly string[]>> = {
  Service: ['port', 'protocol'],
  Deployment: ['containerPort', 'protocol'],
}
/** Sections of objects that are replaced whole. */
const ATOMIC = new Set([
  'selector',
  'podSelector',
  'namespaceSelector',
  'roleRef',
  'resourceFieldRef',
  'secretRef',
  'configMapRef',
])
const NOT_OWNED = new Set([
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'name',
  'namespace',
  'selfLink',
])

export type Path = readonly string[]
type Json = unknown

/** The keys by which a list merges, or undefined when it is replaced whole. */
function listKeys(kind: string, field: string): readonly string[] | undefined {
  if (field === 'ports') return PORT_KEYS[kind]
  return LIST_KEYS[field]
}

/** Every leaf that a configuration sets, as paths of fieldsV1 segments. */
export function leafPaths(object: KubeObject): Path[] {
  const paths: Path[] = []
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind' || key === 'status') continue
    if (key !== 'metadata') walk(object.kind, [`f:${key}`], value, paths)
    else
      for (const [name, inner] of Object.entries(value as object))
        if (!NOT_OWNED.has(name)) walk(object.kind, ['f:metadata', `f:${name}`], inner, paths)
  }
  return paths
}

function walk(kind: string, path: Path, value: Json, paths: Path[]): void {
  const field = path.at(-1)?.slice(2) ?? ''
  if (Array.isArray(value)) {
    const keys = listKeys(kind, field)
    if (!keys || value.length === 0) return void paths.push(path)
    for (const entry of value as Record<string, Json>[]) {
      const item = [...path, itemSegment(keys, entry)]
      for (const [name, inner] of Object.entries(entry))
        walk(kind, [...item, `f:${name}`], inner, paths)
    }
    return
  }
  const isMap = typeof value === 'object' && value !== null
  if (!isMap || Object.keys(value).length === 0 || (ATOMIC.has(field) && kind !== 'Deployment'))
    return void paths.push(path)
  for (const [name, inner] of Object.entries(value))
    walk(kind, [...path, `f:${name}`], inner, paths)
}

function itemSegment(keys: readonly string[], entry: Record<string, Json>): string {
  return `k:${JSON.stringify(Object.fromEntries(keys.map((key) => [key, entry[key] ?? (key === 'protocol' ? 'TCP' : null)])))}`
}

/** Nested fieldsV1 of a set of leaves. */
export function toFieldsV1(paths: readonly Path[]): Record<string, Json> {
  const root: Record<string, Json> = {}
  for (const path of paths) {
    let at = root
    path.forEach((segment, index) => {
      if (segment.startsWith('k:') && !at[segment]) at[segment] = { '.': {} }
      at[segment] ??= {}
      if (index < path.length) at = at[segment] as Record<string, Json>
    })
  }
  return root
}

/** Leaves of a nested fieldsV1. */
export function fromFieldsV1(fields: Record<string, Json>, prefix: Path = []): Path[] {
  return Object.entries(fields).flatMap(([segment, inner]) => {
    if (segment === '.') return []
    const path = [...prefix, segment]
    const deeper = fromFieldsV1(inner as Record<string, Json>, path)
    return deeper.length > 0 ? deeper : [path]
  })
}

/** Value at a path, or undefined. */
export function valueAt(object: Json, path: Path): Json {
  let at = object
  for (const segment of path) {
    if (at === undefined || at === null) return undefined
    at = segment.startsWith('k:')
      ? findItem(at as Record<string, Json>[], segment)
      : (at as Record<string, Json>)[segment.slice(2)]
  }
  return at
}

/** Sets a value at a path, making maps and list entries on the way. */
export function setAt(object: Json, path: Path, value: Json): void {
  let at = object as Record<string, Json>
  path.forEach((segment, index) => {
    const last = index === path.length - 1
    const next = path[index + 1]
    if (segment.startsWith('k:')) {
      const list = at as unknown as Record<string, Json>[]
      let item = findItem(list, segment)
      if (!item) {
        item = {}
        list.push(item)
      }
      at = item
      return
    }
    const name = segment.slice(2)
    if (last) at[name] = value
    else {
      at[name] ??= next?.startsWith('k:') ? [] : {}
      at = at[name] as Record<string, Json>
    }
  })
}

/** Removes what stands at a path, and maps and list entries that it leaves empty. */
export function removeAt(object: Json, path: Path): void {
  const parent = valueAt(object, path.slice(0, -1))
  const segment = path.at(-1) ?? ''
  if (parent === undefined || parent === null) return
  if (segment.startsWith('k:')) {
    const list = parent as Record<string, Json>[]
    const item = findItem(list, segment)
    if (item) list.splice(list.indexOf(item), 1)
  } else delete (parent as Record<string, Json>)[segment.slice(2)]
  const empty = Array.isArray(parent)
    ? parent.length === 0
    : Object.keys(parent).length === 0 || isBareItem(parent as Record<string, Json>, path.at(-2))
  if (empty && path.length > 2) removeAt(object, path.slice(0, -1))
}

function isBareItem(item: Record<string, Json>, segment: string | undefined): boolean {
  if (!segment?.startsWith('k:')) return false
  const keys = Object.keys(JSON.parse(segment.slice(2)) as object)
  return Object.keys(item).every((key) => keys.includes(key))
}

function findItem(
  list: readonly Record<string, Json>[],
  segment: string,
): Record<string, Json> | undefined {
  const wanted = Object.entries(JSON.parse(segment.slice(2)) as Record<string, Json>)
  return Array.isArray(list)
    ? list.find((entry) =>
        wanted.every(
          ([key, value]) => (entry[key] ?? (key === 'protocol' ? 'TCP' : null)) === value,
        ),
      )
    : undefined
}

/** `.spec.template.spec.containers[name="app"].image`: how conflicts name a field. */
export function pathText(path: Path): string {
  return path
    .map((segment) => {
      if (!segment.startsWith('k:')) return `.${segment.slice(2)}`
      const keys = Object.entries(JSON.parse(segment.slice(2)) as Record<string, Json>)
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')
}
