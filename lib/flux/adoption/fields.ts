import { canonicalJson } from '#lib/canonical.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { CREDENTIAL, FIELD_MANAGER } from '../names.ts'
import { mapOf, mapsOf, textOf } from '../status.ts'

/** One field that we would set on an object that stands: who holds it, what it is now and what it would be. */
export type Field = {
  /** As the API server words it in a conflict: `.spec.hard.pods`. */
  field: string
  /** Who holds it beside us; empty where nobody does. */
  managers: string[]
  /** Canonical JSON; null where it is not there. */
  from: string | null
  to: string
}

type Node = Readonly<Record<string, unknown>>
type Path = readonly string[]

const SECRET_NOW = '(a secret)'
const SECRET_OURS = '(a secret of ours)'
/** Said by the server alone, or what an object is known by. */
const NOT_SET = ['apiVersion', 'kind', 'status']
const IN_METADATA = ['labels', 'annotations']

/**
 * Every field that we would set, beside what stands. Our objects hold no list that merges by key, so a list is one field. Values of Secrets are told
 * nowhere: that there are two is all that is said.
 */
export function fieldsBeside(wanted: KubernetesObject, live: KubernetesObject): Field[] {
  const entries = mapsOf(live.metadata.managedFields).filter(isAnothers)
  const [asked, standing] = [settable(wanted, SECRET_OURS), settable(live, SECRET_NOW)]
  const found = new Map<string, Field>()
  for (const leaf of leavesOf(asked, [])) {
    const held = entries.map((entry) => ({
      manager: textOf(entry.manager) ?? 'unknown',
      path: heldAt(mapOf(entry.fieldsV1), leaf),
    }))
    // who once set an empty map holds nothing of what others put in it
    const owners = held.filter(
      ({ path }) => path && (path.length === leaf.length || !isEmptyMap(valueAt(standing, path))),
    )
    // what is held as a whole is taken as a whole
    const path = owners.reduce<Path>(
      (shortest, { path: own }) => (own && own.length < shortest.length ? own : shortest),
      leaf,
    )
    const field = pathText(path)
    const managers = [...new Set(owners.map(({ manager }) => manager))].sort()
    const now = valueAt(standing, path)
    found.set(field, {
      field,
      managers,
      from: now === undefined ? null : canonicalJson(now),
      to: canonicalJson(valueAt(asked, path)),
    })
  }
  return [...found.values()]
}

/** Whether a field is held by somebody who wants something else of it: an apply of ours that is not forced would be refused. */
export function isContested({ managers, from, to }: Field): boolean {
  return managers.length > 0 && from !== to
}

/** A live object without its status and without what is secret: fit to be kept. */
export function withoutSecrets(live: KubernetesObject): KubernetesObject {
  const { status: _status, data, stringData: _stringData, ...rest } = live
  if (live.kind !== 'Secret') return data === undefined ? rest : { ...rest, data }
  return { ...rest, data: masked(mapOf(data), SECRET_NOW) }
}

/** A field as the API server words it. */
export function pathText(path: Path): string {
  return path.map((step) => `.${step}`).join('')
}

function isAnothers({ manager, operation, subresource }: Node): boolean {
  return !subresource && !(manager === FIELD_MANAGER && operation === 'Apply')
}

function settable({ metadata, ...object }: KubernetesObject, secret: string): Node {
  const own = Object.entries(object).filter(([key]) => !NOT_SET.includes(key))
  const kept = IN_METADATA.flatMap((key) => {
    const said = Object.entries(mapOf(metadata[key])).filter(([name]) => !isMark(name))
    return said.length > 0 ? [[key, Object.fromEntries(said)]] : []
  })
  const metadataOf = kept.length > 0 ? { metadata: Object.fromEntries(kept) } : {}
  const rest = { ...Object.fromEntries(own), ...metadataOf }
  if (object.kind !== 'Secret') return rest
  const { data, stringData, ...others } = rest as Record<string, unknown>
  const marks = Object.keys(mapOf(metadata.annotations))
    .filter(isMark)
    .map((mark) => [mark.slice(CREDENTIAL.length + 1), secret])
  const values = {
    ...masked(mapOf(data), secret),
    ...masked(mapOf(stringData), secret),
    ...Object.fromEntries(marks),
  }
  return { ...others, data: values }
}

function isMark(annotation: string): boolean {
  return annotation.startsWith(`${CREDENTIAL}/`)
}

function masked(values: Node, by: string): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((key) => [key, by]))
}

function leavesOf(value: unknown, path: Path): Path[] {
  if (!isMap(value) || Object.keys(value).length === 0) return path.length > 0 ? [path] : []
  return Object.entries(value).flatMap(([key, below]) => leavesOf(below, [...path, key]))
}

/** Where along a path a manager holds it: the path itself, or something that it stands in and that is one value; null where it does not. */
function heldAt(fields: Node, path: Path): Path | null {
  if (Object.keys(fields).length === 0) return null
  let node = fields
  for (const [place, step] of path.entries()) {
    const key = `f:${step}`
    if (!Object.hasOwn(node, key)) return null
    node = mapOf(node[key])
    if (Object.keys(node).length === 0) return path.slice(0, place + 1)
  }
  return path
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (!isMap(at) || !Object.hasOwn(at, step)) return undefined
    at = at[step]
  }
  return at
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
