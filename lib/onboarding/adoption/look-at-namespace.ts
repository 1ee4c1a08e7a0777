import { AdapterError } from '#lib/adapter-error.ts'
import { isHandedOver, type Standing, standingOf } from '#lib/flux/adoption/standing.ts'
import { parseTenantObject } from '#lib/flux/tenant-set.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ServedKind } from '#lib/ports/cluster.ts'

type Wanted = { hash: string; body: string }

const ABSENT = ['not_found', 'not_served', 'method_not_allowed']

/**
 * Looks at a namespace that is to be adopted: everything in it that our rights reach, and, where an administrator has let us in, each of our objects tried without
 * force. Nothing is written.
 */
export async function lookAtNamespace(
  cluster: Cluster,
  name: string,
  wanted: readonly Wanted[],
): Promise<Standing> {
  const objects = wanted.map(({ hash, body }) => ({ hash, object: parseTenantObject(body) }))
  const namespace = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name })
  const seen = namespace ? await everythingIn(cluster, name) : { objects: [], unread: [] }
  const mayTry = isHandedOver(namespace?.metadata.labels ?? {})
  const tried: Standing['tried'] = []
  for (const { hash, object } of mayTry ? objects : []) {
    const conflicts = await tryOne(cluster, object)
    if (conflicts) tried.push({ hash, conflicts })
  }
  return standingOf(
    { namespace, ...seen, tried },
    objects.map(({ object }) => object),
  )
}

type Listed = { objects: KubernetesObject[]; unread: string[] }

/** Everything in a namespace, of whatever kind; the kinds that we may not list by name. */
export async function everythingIn(cluster: Cluster, namespace: string): Promise<Listed> {
  const kinds = await cluster.namespacedKinds()
  const lists = await Promise.all(kinds.map((kind) => listOne(cluster, kind, namespace)))
  return {
    objects: lists.flatMap((list) => (Array.isArray(list) ? list : [])),
    unread: [...new Set(lists.flatMap((list) => (Array.isArray(list) ? [] : list.unread)))],
  }
}

async function listOne(
  cluster: Cluster,
  { apiVersion, kind }: ServedKind,
  namespace: string,
): Promise<KubernetesObject[] | { unread: string }> {
  try {
    return await cluster.list({ apiVersion, kind, namespace })
  } catch (error) {
    const reason = error instanceof AdapterError ? error.reason : ''
    if (ABSENT.includes(reason)) return []
    if (reason === 'forbidden') return { unread: kind }
    throw error
  }
}

/** Conflicts of an apply without force, by a dry run; null where none was answered: our rights do not reach there yet, or the server refuses it for another reason. Secrets are not sent around. */
async function tryOne(
  cluster: Cluster,
  object: KubernetesObject,
): Promise<Standing['tried'][number]['conflicts'] | null> {
  if (object.kind === 'Secret') return null
  try {
    const applied = await cluster.apply(object, { dryRun: true })
    if (applied.outcome !== 'conflict') return []
    return applied.owners.flatMap(({ manager, fields }) =>
      fields.map((field) => ({ manager, field })),
    )
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return null
    throw error
  }
}
