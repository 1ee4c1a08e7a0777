import { z } from 'zod'
import { canonicalJson } from '#lib/canonical.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { difference } from './difference.ts'

/** How one object of the baseline stands on a cluster. */
export const ObjectStanding = z.object({
  kind: z.string(),
  name: z.string(),
  state: z.enum(['equal', 'missing', 'differs', 'deleting', 'unwanted', 'gone']),
  /** Where it differs, as a path; empty where it does not. */
  at: z.string(),
})
export type ObjectStanding = z.infer<typeof ObjectStanding>

/** States that want nothing more of anybody. */
export function isSettled({ state }: Pick<ObjectStanding, 'state'>): boolean {
  return state === 'equal' || state === 'gone'
}

export type Named = { kind: string; name: string }

/**
 * Each object as it should stand against what was read, what an API server fills in aside; then those that should not stand. Rules of a role are
 * equal in any order. Labels and annotations of others are theirs; ours must be there.
 */
export function compareBaseline(
  wanted: readonly KubernetesObject[],
  unwanted: readonly Named[],
  standing: readonly KubernetesObject[],
): ObjectStanding[] {
  const find = ({ kind, name }: Named) =>
    standing.find((object) => object.kind === kind && object.metadata.name === name)
  return [
    ...wanted.map((object) => {
      const named = { kind: object.kind, name: object.metadata.name }
      return standingOf(object, find(named))
    }),
    ...unwanted.map((named) => ({
      ...named,
      state: find(named) ? ('unwanted' as const) : ('gone' as const),
      at: '',
    })),
  ]
}

function standingOf(ours: KubernetesObject, theirs: KubernetesObject | undefined): ObjectStanding {
  const named = { kind: ours.kind, name: ours.metadata.name }
  if (!theirs) return { ...named, state: 'missing', at: '' }
  if (theirs.metadata.deletionTimestamp) return { ...named, state: 'deleting', at: '' }
  const at = differenceOf(ours, theirs)
  return at ? { ...named, state: 'differs', at } : { ...named, state: 'equal', at: '' }
}

/** Where an object differs from ours in what it does; undefined where it does not. */
export function differenceOf(ours: KubernetesObject, theirs: KubernetesObject): string | undefined {
  for (const part of ['labels', 'annotations'] as const) {
    const lacking = Object.entries(ours.metadata[part] ?? {}).find(
      ([key, value]) => theirs.metadata[part]?.[key] !== value,
    )
    if (lacking) return `metadata.${part}[${lacking[0]}]`
  }
  const [mine, other] = [meaningOf(ours), meaningOf(theirs)]
  const fields = [...new Set([...Object.keys(mine), ...Object.keys(other)])]
  for (const field of fields) {
    if (mine[field] === undefined) return field
    const at = difference(mine[field], other[field], field)
    if (at) return at
  }
  return undefined
}

/** All of an object but who it is and what its server says of it. */
function meaningOf(object: KubernetesObject): Record<string, unknown> {
  const { apiVersion, kind, metadata: _metadata, status: _status, ...rest } = object
  const fields = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== null && value !== undefined),
  )
  const rules = fields.rules
  return {
    apiVersion,
    kind,
    ...fields,
    ...(Array.isArray(rules) ? { rules: rules.map(inOrder).sort(byText) } : {}),
  }
}

function inOrder(rule: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rule).map(([key, value]) => [
      key,
      Array.isArray(value) ? [...value].sort() : value,
    ]),
  )
}

function byText(one: unknown, other: unknown): number {
  return canonicalJson(one) < canonicalJson(other) ? -1 : 1
}

/** An object as people compare it: without what a server keeps for itself. */
export function bare(object: KubernetesObject): KubernetesObject {
  const { metadata, status: _status, ...rest } = object
  const { name, labels, deletionTimestamp } = metadata
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration',
    ),
  )
  return {
    ...rest,
    metadata: {
      name,
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
  }
}
