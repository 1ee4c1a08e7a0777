import { z } from 'zod'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { FIELD_MANAGER, LABELS, NAMES } from '../names.ts'
import { standingIn } from '../release/left-behind.ts'
import { withoutSecrets } from './fields.ts'

const Live = z.custom<KubernetesObject>((value) => typeof value === 'object' && value !== null)

/** What stood in a namespace when the worker looked, as far as it may look. */
export const Standing = z.object({
  /** Null where there is no such namespace. */
  namespace: z
    .object({
      uid: z.string(),
      labels: z.record(z.string(), z.string()),
      terminating: z.boolean(),
    })
    .nullable(),
  /** Everything in it that is not ours, with who made it. */
  objects: z.array(z.object({ kind: z.string(), name: z.string(), owner: z.string() })),
  /** So many more than are listed. */
  more: z.int(),
  /** Kinds that could not be listed: our rights do not reach there yet. */
  unread: z.array(z.string()),
  /** Flux objects beside ours that apply to it or stand in it. */
  flux: z.array(z.string()),
  /** Services of ours whose marks are in it. */
  services: z.array(z.string()),
  /** What stands under the names of our own objects, without secrets. */
  namesakes: z.array(Live),
  /** Objects of ours that were tried without force, by the hash of their bytes: the server's own word. */
  tried: z.array(
    z.object({
      hash: z.string(),
      conflicts: z.array(z.object({ manager: z.string(), field: z.string() })),
    }),
  ),
})
export type Standing = z.infer<typeof Standing>

const MOST_LISTED = 500
const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io'
const HELM = 'helm.toolkit.fluxcd.io'
const APPLIERS = ['Kustomization', 'HelmRelease']

type Seen = {
  /** The Namespace and everything that could be listed in it. */
  namespace: KubernetesObject | null
  objects: readonly KubernetesObject[]
  unread: readonly string[]
  tried: Standing['tried']
}

/** What a look found, in the form in which it is kept. `wanted` are the objects that we would place. */
export function standingOf(
  { namespace, objects, unread, tried }: Seen,
  wanted: readonly KubernetesObject[],
): Standing {
  const all = namespace ? [namespace, ...objects] : objects
  const names = new Set(wanted.map(keyOf))
  const foreign = standingIn(objects.filter((object) => !isPlacedByUs(object)))
  return {
    namespace: namespace && {
      uid: namespace.metadata.uid ?? '',
      labels: namespace.metadata.labels ?? {},
      terminating: namespace.metadata.deletionTimestamp !== undefined,
    },
    objects: foreign.slice(0, MOST_LISTED),
    more: Math.max(0, foreign.length - MOST_LISTED),
    unread: [...unread].sort(),
    flux: [...new Set(all.flatMap(fluxOf))].sort(),
    services: [
      ...new Set(all.flatMap(({ metadata }) => metadata.labels?.[LABELS.service] ?? [])),
    ].sort(),
    namesakes: all.filter((object) => names.has(keyOf(object))).map(withoutSecrets),
    tried,
  }
}

/** Kind and name: enough in one namespace. */
export function keyOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`
}

/** The two labels that let the hub in, and their values. */
export const HANDED_OVER = { [LABELS.role]: 'tenant', [LABELS.managedBy]: FIELD_MANAGER } as const

/** Whether an administrator has handed the namespace over. */
export function isHandedOver(labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(HANDED_OVER).every(([key, value]) => labels[key] === value)
}

/** What an administrator types to hand a namespace over. */
export function handOverCommand(namespace: string): string {
  const labels = Object.entries(HANDED_OVER).map(([key, value]) => `${key}=${value}`)
  return `kubectl label namespace ${namespace} ${labels.join(' ')} --overwrite`
}

/** What an administrator types so that everything can be listed before anything is placed: our own rights in the namespace, given early. */
export function lookCommand(namespace: string): string {
  return `kubectl create rolebinding ${NAMES.hubBinding} --namespace ${namespace} --clusterrole ${NAMES.hubRole} --serviceaccount ${NAMES.hubNamespace}:${NAMES.hubServiceAccount}`
}

function isPlacedByUs({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return labels[LABELS.managedBy] === FIELD_MANAGER && labels[LABELS.service] !== undefined
}

function fluxOf({ kind, metadata }: KubernetesObject): string[] {
  const { labels = {}, namespace = '' } = metadata
  const by = (group: string, word: string) => {
    const name = labels[`${group}/name`]
    return name ? [`${word} ${labels[`${group}/namespace`] ?? namespace}/${name}`] : []
  }
  const stands = APPLIERS.includes(kind) ? [`${kind} ${namespace}/${metadata.name}`] : []
  return [...stands, ...by(KUSTOMIZE, 'Kustomization'), ...by(HELM, 'HelmRelease')]
}
