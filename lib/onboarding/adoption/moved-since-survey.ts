import { AdapterError } from '#lib/adapter-error.ts'
import { loadItems } from '#lib/changes/plan-store.ts'
import { Adoption, adoptionRefused, movedIn } from '#lib/flux/adoption/adoption.ts'
import { keyOf } from '#lib/flux/adoption/standing.ts'
import { parseTenantObject } from '#lib/flux/tenant-set.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { ADOPTIONS } from '../plan-change.ts'
import { dialCluster } from '../steps/dial-cluster.ts'
import { lookAtNamespace } from './look-at-namespace.ts'
import { readWhere } from './read-namesakes.ts'

type About = { planHash: string; tenantId: string; tenant: string; service: string }

/**
 * What moved in the namespaces of a plan since they were surveyed, in words for the requester; undefined where nothing did. A cluster that does not answer is left to
 * the run, which looks again before it writes.
 */
export async function movedSinceSurvey(
  platform: WorkerPlatform,
  about: About,
): Promise<string | undefined> {
  const scope = { actor: 'sys:worker', tenants: [about.tenantId] }
  const { adoptions, clusters } = await platform.db.inContext(scope, async (tx) => {
    const items = await loadItems(tx, about.planHash, { prefix: ADOPTIONS })
    const terms = items.map(({ body }) => Adoption.parse(JSON.parse(body)))
    const names = terms.map(({ cluster }) => cluster)
    return {
      adoptions: terms,
      clusters: await tx.cluster.findMany({
        where: { name: { in: names } },
        select: { id: true, name: true },
      }),
    }
  })
  for (const adoption of adoptions) {
    const clusterId = clusters.find(({ name }) => name === adoption.cluster)?.id
    if (!clusterId) continue
    const moved = await movedAt(platform, { about, adoption, clusterId })
    if (moved) return moved
  }
  return undefined
}

type Place = { about: About; adoption: Adoption; clusterId: string }

async function movedAt(
  platform: WorkerPlatform,
  { about, adoption, clusterId }: Place,
): Promise<string | undefined> {
  const { namespace, cluster: name } = adoption
  const scope = { actor: 'sys:worker', tenants: [about.tenantId] }
  const items = await platform.db.inContext(scope, (tx) =>
    loadItems(tx, about.planHash, { targets: [{ clusterId, namespace }] }),
  )
  const wanted = items.map(({ body }) => parseTenantObject(body))
  try {
    const cluster = await dialCluster(platform, clusterId)
    const standing = await lookAtNamespace(cluster, namespace, [])
    const refused = adoptionRefused(standing, { ...about, namespace })
    if (refused) return `${namespace} on ${name} cannot be adopted any more: ${refused}`
    const live = await readWhere(cluster, namespace, wanted)
    const moved = wanted.flatMap((object) => {
      const found = live.get(keyOf(object))
      return found === undefined ? [] : movedIn(adoption.takes, object, found)
    })
    if (moved.length === 0) return undefined
    return `what stands in ${namespace} on ${name} moved since it was surveyed: ${moved.slice(0, 5).join('; ')}. Open it, look at the new survey and submit again`
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    platform.log.warn({ cluster: name, error }, 'a namespace to adopt could not be looked at')
    return undefined
  }
}
