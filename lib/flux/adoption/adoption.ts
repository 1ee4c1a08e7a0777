import { z } from 'zod'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { LABELS } from '../names.ts'
import { parseTenantObject } from '../tenant-set.ts'
import { type Field, fieldsBeside, isContested } from './fields.ts'
import { handOverCommand, keyOf, lookCommand, type Standing } from './standing.ts'

const Named = { kind: z.string(), name: z.string() }

/** One field that is taken over: whose it was, what it was, what it becomes. Values are canonical JSON. */
export const Take = z.object({
  ...Named,
  field: z.string(),
  manager: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
})
export type Take = z.infer<typeof Take>

/** The approved terms of one adoption: they are in the plan, and nothing beyond them is ever forced. */
export const Adoption = z.object({
  cluster: z.string(),
  namespace: z.string(),
  /** What an administrator types before anything is placed. */
  command: z.string(),
  takes: z.array(Take),
  /** Fields that nobody holds, set on objects that stand. */
  adds: z.array(z.object({ ...Named, field: z.string(), to: z.string() })),
  /** Objects under the names of ours: they stood before us and are never deleted. */
  existing: z.array(z.object(Named)),
  /** What else others put there: it stays as it is. */
  kept: z.array(z.object({ ...Named, owner: z.string() })),
  more: z.int(),
  /** Kinds that could not be looked at before the labels are there: a field in dispute in one of them stops the run. */
  unread: z.array(z.string()),
  /** What an administrator types to have those listed too; null where nothing is unread. */
  lookCommand: z.string().nullable(),
})
export type Adoption = z.infer<typeof Adoption>

type Place = { cluster: string; namespace: string }

/** What adopting a namespace means, from what stood there and what we would place. Pure: same survey, same objects, same terms. */
export function adoptionOf(
  place: Place,
  standing: Standing,
  objects: readonly { yaml: string }[],
): Adoption {
  const live = new Map(standing.namesakes.map((object) => [keyOf(object), object]))
  const met = objects.flatMap(({ yaml }) => {
    const wanted = parseTenantObject(yaml)
    const found = live.get(keyOf(wanted))
    if (!found) return []
    const { kind, metadata } = wanted
    return [{ kind, name: metadata.name, yaml, fields: fieldsBeside(wanted, found) }]
  })
  const names = new Set(met.map(({ kind, name }) => `${kind}/${name}`))
  return {
    ...place,
    command: handOverCommand(place.namespace),
    takes: met.flatMap(({ kind, name, yaml, fields }) =>
      contestedOf(standing, yaml, fields).map((take) => ({ kind, name, ...take })),
    ),
    adds: met.flatMap(({ kind, name, fields }) =>
      fields
        .filter(({ managers, from }) => managers.length === 0 && from === null)
        .map(({ field, to }) => ({ kind, name, field, to })),
    ),
    existing: met.map(({ kind, name }) => ({ kind, name })),
    kept: standing.objects.filter(({ kind, name }) => !names.has(`${kind}/${name}`)),
    more: standing.more,
    unread: standing.unread,
    lookCommand: standing.unread.length > 0 ? lookCommand(place.namespace) : null,
  }
}

type Contested = Omit<Take, 'kind' | 'name'>

/** By who holds what, and by the server's own word where it was asked. */
function contestedOf(
  standing: Standing,
  yaml: string,
  fields: readonly Field[],
): readonly Contested[] {
  const hash = sha256Hex(yaml)
  const local = contested(fields)
  const told = standing.tried.find((one) => one.hash === hash)?.conflicts ?? []
  const fresh = told.filter(
    ({ manager, field }) => !local.some((one) => one.manager === manager && one.field === field),
  )
  return [
    ...local,
    ...fresh.map(({ manager, field }) => {
      const known = fields.find((one) => one.field === field)
      return { field, manager, from: known?.from ?? null, to: known?.to ?? null }
    }),
  ]
}

function contested(fields: readonly Field[]): Contested[] {
  return fields
    .filter(isContested)
    .flatMap(({ field, managers, from, to }) =>
      managers.map((manager) => ({ field, manager, from, to })),
    )
}

/** Why a namespace may not be adopted, in words that follow its name; undefined where nothing stands against it. */
export function adoptionRefused(
  standing: Standing,
  { namespace, tenant, service }: { namespace: string; tenant: string; service: string },
): string | undefined {
  const { namespace: found, flux, services } = standing
  if (!found) return 'it is not there; choose a new namespace instead'
  if (found.terminating) return 'it is being deleted'
  const owner = found.labels[LABELS.tenant]
  if (owner !== undefined && owner !== tenant) return `it belongs to tenant ${owner}`
  const other = services.find((name) => name !== `${tenant}.${service}`)
  if (other) return `it is managed by Stairway already, for ${other}`
  const own = `Kustomization ${namespace}/${service}`
  const applier = flux.find((name) => name !== own || services.length === 0)
  return applier && `it is managed by Flux already, by ${applier}`
}

type Owners = readonly { manager: string; fields: readonly string[] }[]

/** Whether everything that a refused apply names is in the approved list: every field under every manager. Nothing named is nothing approved. */
export function isWithin(
  takes: readonly Take[],
  { kind, name }: { kind: string; name: string },
  owners: Owners,
): boolean {
  const pairs = owners.flatMap(({ manager, fields }) => fields.map((field) => ({ manager, field })))
  if (pairs.length === 0) return false
  return pairs.every(({ manager, field }) =>
    takes.some(
      (take) =>
        take.kind === kind &&
        take.name === name &&
        take.manager === manager &&
        take.field === field,
    ),
  )
}

/** What moved of one object since it was surveyed, in words: a field to be taken over with another value or holder, or a dispute that nobody approved. */
export function movedIn(
  takes: readonly Take[],
  wanted: KubernetesObject,
  live: KubernetesObject | null,
): string[] {
  const { kind, metadata } = wanted
  const own = takes.filter((take) => take.kind === kind && take.name === metadata.name)
  const called = `${kind} ${metadata.name}`
  if (!live) return own.length > 0 ? [`${called} is gone`] : []
  const fields = fieldsBeside(wanted, live)
  const byField = new Map(fields.map((field) => [field.field, field]))
  const approved = own.flatMap((take) => {
    const now = byField.get(take.field)
    if (!now || now.from === now.to) return []
    if (now.from !== take.from)
      return [`${called} ${take.field} is ${now.from ?? 'not there'}, no longer ${take.from}`]
    if (now.managers.includes(take.manager)) return []
    return [
      `${called} ${take.field} is held by ${now.managers.join(', ') || 'nobody'}, no longer by ${take.manager}`,
    ]
  })
  const fresh = contested(fields)
    .filter(({ field, manager }) => {
      const known = own.filter((take) => take.field === field)
      return !known.some((take) => take.manager === manager)
    })
    .map(({ field, manager }) => `${called} ${field} is held by ${manager}`)
  return [...new Set([...approved, ...fresh])]
}
