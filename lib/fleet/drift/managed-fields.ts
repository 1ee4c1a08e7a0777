import type { KubernetesObject } from '#lib/kubernetes-object.ts'

/** Keys of maps, places in lists. */
export type FieldPath = readonly (string | number)[]

type Node = Readonly<Record<string, unknown>>
type Entry = {
  manager?: string
  operation?: string
  subresource?: string
  time?: string
  fieldsV1?: Node
}

/** Who manages a field, how it was written, and when. */
export type Owner = { manager: string; operation: string; at: string | null }

/** Managers of an object, without those of subresources: a status says nothing of who wanted what. */
function entriesOf(object: KubernetesObject): Entry[] {
  const entries = object.metadata.managedFields
  return Array.isArray(entries) ? (entries as Entry[]).filter((entry) => !entry.subresource) : []
}

/** Whether a manager's applies hold anything of an object. */
export function isAppliedBy(manager: string, live: KubernetesObject): boolean {
  return entriesOf(live).some((entry) => entry.manager === manager && entry.operation === 'Apply')
}

/** Fields that an object sets and that this manager's applies do not hold any more. A change of a value by anybody takes a field away from who held it. */
export function unownedBy(
  manager: string,
  wanted: Readonly<Record<string, unknown>>,
  live: KubernetesObject,
): FieldPath[] {
  const own = entriesOf(live).find(
    (entry) => entry.manager === manager && entry.operation === 'Apply',
  )
  return unowned(own?.fieldsV1 ?? { '.': {} }, wanted, [])
}

function unowned(fields: Node, wanted: unknown, path: FieldPath): FieldPath[] {
  // an empty node is a leaf: all below it is one value, held as a whole
  if (Object.keys(fields).length === 0) return []
  const below = (node: Node | undefined, value: unknown, step: string | number) =>
    node ? unowned(node, value, [...path, step]) : [[...path, step]]
  if (Array.isArray(wanted))
    return wanted.flatMap((value, place) => below(itemIn(fields, value), value, place))
  if (!isMap(wanted)) return []
  return Object.entries(wanted).flatMap(([key, value]) =>
    below(nodeAt(fields, `f:${key}`), value, key),
  )
}

/** Who else manages a field, or what it stands in, or something in it; the newest write first. */
export function ownersOf(
  live: KubernetesObject,
  path: FieldPath,
  notOf: readonly string[],
): Owner[] {
  return entriesOf(live)
    .filter(({ manager = '', fieldsV1 }) => !notOf.includes(manager) && holds(fieldsV1, live, path))
    .map(({ manager = '', operation = '', time }) => ({ manager, operation, at: time ?? null }))
    .sort((one, other) => (other.at ?? '').localeCompare(one.at ?? ''))
}

function holds(fields: Node | undefined, live: unknown, path: FieldPath): boolean {
  if (!fields || Object.keys(fields).length === 0) return false
  let node: Node = fields
  let value = live
  for (const step of path) {
    if (Object.keys(node).length === 0) return true
    value = valueIn(value, step)
    const next = typeof step === 'number' ? itemIn(node, value) : nodeAt(node, `f:${step}`)
    if (!next) return false
    node = next
  }
  return true
}

/** Fields that others than these managers hold under a key of an object, as far as maps go: a list counts as one field. */
export function fieldsOfOthers(
  live: KubernetesObject,
  under: string,
  notOf: readonly string[],
): FieldPath[] {
  return entriesOf(live)
    .filter(({ manager = '' }) => !notOf.includes(manager))
    .flatMap(({ fieldsV1 }) => {
      const node = fieldsV1 ? nodeAt(fieldsV1, `f:${under}`) : undefined
      return node ? leavesOf(node, [under]) : []
    })
}

function leavesOf(node: Node, path: FieldPath): FieldPath[] {
  const keys = Object.keys(node).filter((key) => key !== '.')
  if (keys.length === 0 || keys.some((key) => !key.startsWith('f:'))) return [path]
  return keys.flatMap((key) => leavesOf(nodeAt(node, key) ?? {}, [...path, key.slice(2)]))
}

/** The entry of a list that merges: by its keys (`k:`) or its value (`v:`). */
function itemIn(fields: Node, value: unknown): Node | undefined {
  for (const segment of Object.keys(fields)) {
    const said = parsed(segment.slice(2))
    const matches = segment.startsWith('k:')
      ? isMap(said) && Object.entries(said).every(([key, its]) => matchesKey(value, key, its))
      : segment.startsWith('v:') && said === value
    if (matches) return nodeAt(fields, segment)
  }
  return undefined
}

/** A key that the object leaves out was filled in by the server. */
function matchesKey(value: unknown, key: string, its: unknown): boolean {
  const given = valueIn(value, key)
  return given === undefined || given === its
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function nodeAt(fields: Node, segment: string): Node | undefined {
  const node = Object.hasOwn(fields, segment) ? fields[segment] : undefined
  return isMap(node) ? node : undefined
}

/** What stands at a step of a map or a list. */
export function valueIn(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined
}

/** A JSON object, and no list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
