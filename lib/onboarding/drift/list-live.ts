import { AdapterError } from '#lib/adapter-error.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'

const OURS = `${LABELS.managedBy}=${FIELD_MANAGER}`
/** No right to list these on the whole cluster is asked for. */
const BY_NAMESPACE = ['Secret', 'ConfigMap']

type Query = Parameters<Cluster['list']>[0]

export type LiveObjects = {
  /** uid of the namespace kube-system, where it was seen. */
  identity: string | undefined
  /** An object as listed; null where the list does not have it, undefined where nothing was listed. */
  find(wanted: KubernetesObject): KubernetesObject | null | undefined
  hasNamespace(name: string): boolean
  /** Whether the namespaces were listed, and none of these is among them. */
  lacksAll(names: readonly string[]): boolean
}

/** What stands of the kinds of some objects: one list per kind, and one per namespace in its turn of what may not be listed everywhere. A list that is refused is left out. */
export async function listLive(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  turn: readonly string[],
): Promise<LiveObjects> {
  const kinds = new Map(objects.map(({ apiVersion, kind }) => [kind, apiVersion]))
  const wanted = [...kinds].flatMap(([kind, apiVersion]): Query[] =>
    BY_NAMESPACE.includes(kind)
      ? turn.map((namespace) => ({ apiVersion, kind, namespace }))
      : [{ apiVersion, kind, ...(kind === 'Namespace' ? {} : { labelSelector: OURS }) }],
  )
  const lists = await Promise.all(
    wanted.map(async (query) => ({ query, items: await listed(cluster, query) })),
  )
  const found = new Map<string, KubernetesObject>()
  const covered = new Set<string>()
  for (const { query, items } of lists) {
    if (!items) continue
    covered.add(scopeOf(query.kind, query.namespace ?? ''))
    for (const item of items) found.set(keyOf(item), item)
  }
  return {
    identity: found.get('Namespace//kube-system')?.metadata.uid,
    find({ kind, metadata: { namespace = '', name }, ...rest }) {
      const scope = scopeOf(kind, BY_NAMESPACE.includes(kind) ? namespace : '')
      if (!covered.has(scope)) return undefined
      return found.get(keyOf({ ...rest, kind, metadata: { namespace, name } })) ?? null
    },
    lacksAll: (names) =>
      covered.has('Namespace/') && names.every((name) => !found.has(`Namespace//${name}`)),
    hasNamespace: (name) => !covered.has('Namespace/') || found.has(`Namespace//${name}`),
  }
}

async function listed(cluster: Cluster, query: Query): Promise<KubernetesObject[] | null> {
  try {
    return await cluster.list(query)
  } catch (error) {
    if (error instanceof AdapterError && error.reason === 'forbidden') return null
    throw error
  }
}

function scopeOf(kind: string, namespace: string): string {
  return `${kind}/${namespace}`
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`
}
