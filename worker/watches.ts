import { setTimeout as pause } from 'node:timers/promises'
import { ownerOf } from '#lib/fleet/owner.ts'
import { FIELD_MANAGER, LABELS } from '#lib/flux/names.ts'
import { dialCluster, dialClusters } from '#lib/onboarding/steps/dial-cluster.ts'
import type { Cluster, WatchNews } from '#lib/ports/cluster.ts'
import { watchesOpen, watchTrouble } from '#lib/runtime/metrics.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { createWaker, type Waker } from './waker.ts'
import { createDigests } from './watch-digests.ts'

const SCOPE = { actor: 'sys:worker', tenants: [] }
const LOOK_EVERY_MS = 5000
/** Beats come every 2 seconds: who missed five watches nothing any more. */
const ALIVE_SECONDS = 10
/** Between the beginnings of watches, so that a worker that starts does not ask 500 clusters at once. */
const APART_MS = 20
const KINDS = [
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
] as const
const OURS = `${LABELS.managedBy}=${FIELD_MANAGER}`

type Watched = { cluster: Cluster; end(): void; over: Promise<unknown> }

/**
 * Keeps one watch per kind on each cluster that is this worker's among the live ones. A watch only wakes who waits: with every watch broken all goes on at
 * the pace of the polls. Answers how to end them all.
 */
export function startWatches(platform: WorkerPlatform): () => Promise<void> {
  const watched = new Map<string, Watched>()
  const waker = createWaker(platform)
  const stopping = new AbortController()

  async function look(): Promise<void> {
    const owned = await clustersOf(platform)
    for (const [id, each] of watched) if (!owned.includes(id)) endOne(id, each)
    await dialClusters(platform, owned)
    for (const id of owned) {
      if (stopping.signal.aborted) return
      const cluster = await dialCluster(platform, id).catch(() => undefined)
      const known = watched.get(id)
      // another client: address or token changed
      if (known && known.cluster !== cluster) endOne(id, known)
      if (!cluster || watched.has(id)) continue
      watched.set(id, begin({ id, cluster, waker, platform }))
      await pause(APART_MS)
    }
  }

  function endOne(id: string, each: Watched): void {
    watched.delete(id)
    each.end()
  }

  async function keepLooking(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) =>
        platform.log.warn({ error }, 'watches could not be looked after'),
      )
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const looking = keepLooking()
  return async () => {
    stopping.abort()
    const all = [...watched.values()]
    for (const [id, each] of watched) endOne(id, each)
    waker.stop()
    await Promise.all([looking, ...all.map(({ over }) => over)])
  }
}

/** Clusters in use that fall to this worker among those that beat. */
async function clustersOf({ db, worker }: WorkerPlatform): Promise<string[]> {
  const { workers, clusters } = await db.inContext(SCOPE, async (tx) => ({
    workers: await tx.$queryRaw<{ worker: string }[]>`
      select worker from worker_heartbeat where seen_at > clock_timestamp() - make_interval(secs => ${ALIVE_SECONDS})`,
    clusters: await tx.$queryRaw<{ id: string }[]>`
      select id from cluster where state <> 'retired' order by id`,
  }))
  const live = [...new Set([worker, ...workers.map((each) => each.worker)])]
  return clusters.map(({ id }) => id).filter((id) => ownerOf(id, live) === worker)
}

type Beginning = { id: string; cluster: Cluster; waker: Waker; platform: WorkerPlatform }

function begin({ id, cluster, waker, platform }: Beginning): Watched {
  const ending = new AbortController()
  const follow = async ({ apiVersion, kind }: (typeof KINDS)[number]) => {
    const digests = createDigests()
    watchesOpen.inc({ kind })
    const told = ({ what, error }: WatchNews) => {
      if (what === 'expired') digests.anew()
      if (what !== 'opening') watchTrouble.inc({ kind, what })
      if (what === 'failed') platform.log.info({ cluster: id, kind, error }, 'a watch begins again')
    }
    const query = { apiVersion, kind, labelSelector: OURS }
    for await (const event of cluster.watch(query, { signal: ending.signal, told })) {
      const object = digests.news(event)
      if (object) waker.changed({ clusterId: id, namespace: object.metadata.namespace ?? '' })
    }
  }
  const over = Promise.all(
    KINDS.map((each) =>
      follow(each)
        .catch((error: unknown) => platform.log.warn({ cluster: id, error }, 'a watch ended'))
        .finally(() => watchesOpen.dec({ kind: each.kind })),
    ),
  )
  return { cluster, over, end: () => ending.abort() }
}
