import { AdapterError } from '#lib/adapter-error.ts'
import { keyOf } from '#lib/flux/adoption/standing.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'

/**
 * What stands under the names of our objects, by kind and name: null where nothing does; no entry where our rights do not let us see. One list per kind, for a list
 * is what we may on the whole cluster.
 */
export async function readWhere(
  cluster: Cluster,
  namespace: string,
  wanted: readonly KubernetesObject[],
): Promise<ReadonlyMap<string, KubernetesObject | null>> {
  const kinds = new Map(wanted.map(({ apiVersion, kind }) => [kind, apiVersion]))
  const found = new Map<string, KubernetesObject | null>()
  await Promise.all(
    [...kinds].map(async ([kind, apiVersion]) => {
      const own = wanted.filter((object) => object.kind === kind)
      const live = await readable(
        kind === 'Namespace'
          ? cluster.read({ apiVersion, kind, name: namespace }).then((one) => (one ? [one] : []))
          : cluster.list({ apiVersion, kind, namespace }),
      )
      if (!live) return
      const byKey = new Map(live.map((object) => [keyOf(object), object]))
      for (const object of own) found.set(keyOf(object), byKey.get(keyOf(object)) ?? null)
    }),
  )
  return found
}

async function readable(
  reading: Promise<KubernetesObject[]>,
): Promise<KubernetesObject[] | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof AdapterError && error.reason === 'forbidden') return undefined
    throw error
  }
}
