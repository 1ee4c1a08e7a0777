import { type ClusterRow, loadClusters } from '#lib/fleet/store.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Dialled = { row: ClusterRow; cluster: Cluster; readAt: number }

const REREAD_AFTER_MS = 30_000
const kept = new WeakMap<object, Map<string, Promise<Dialled>>>()

const SCOPE = { actor: 'sys:worker', tenants: [] }

function keptBy(platform: WorkerPlatform): Map<string, Promise<Dialled>> {
  const ours = kept.get(platform.clusters) ?? new Map<string, Promise<Dialled>>()
  kept.set(platform.clusters, ours)
  return ours
}

/** A client for a registered cluster. Registration and token are read again every 30 s, or at once when told, so that a rotated token is used without a restart. */
export async function dialCluster(
  platform: WorkerPlatform,
  clusterId: string,
  { reread = false } = {},
): Promise<Cluster> {
  const ours = keptBy(platform)
  const known = await ours.get(clusterId)?.catch(() => undefined)
  if (known && !reread && performance.now() - known.readAt < REREAD_AFTER_MS) return known.cluster
  const fresh = dial(platform, clusterId, known)
  ours.set(clusterId, fresh)
  return (await fresh).cluster
}

/** Reads the registrations of clusters that are not known or no longer fresh in one query; what is wrong with one is told when it is dialled. */
export async function dialClusters(
  platform: WorkerPlatform,
  clusterIds: readonly string[],
): Promise<void> {
  const ours = keptBy(platform)
  const known = new Map<string, Dialled>()
  const stale: string[] = []
  for (const id of new Set(clusterIds)) {
    const dialled = await ours.get(id)?.catch(() => undefined)
    if (dialled) known.set(id, dialled)
    if (!dialled || performance.now() - dialled.readAt >= REREAD_AFTER_MS) stale.push(id)
  }
  if (stale.length === 0) return
  const rows = await platform.db.inContext(SCOPE, (tx) => loadClusters(tx, stale))
  for (const row of rows) {
    const fresh = Promise.resolve().then(() => opened(platform, row, known.get(row.id)))
    fresh.catch(() => undefined)
    ours.set(row.id, fresh)
  }
}

async function dial(
  platform: WorkerPlatform,
  clusterId: string,
  known: Dialled | undefined,
): Promise<Dialled> {
  const [row] = await platform.db.inContext(SCOPE, (tx) => loadClusters(tx, [clusterId]))
  if (!row) throw new Error(`cluster ${clusterId} is not registered or retired`)
  return opened(platform, row, known)
}

function opened(platform: WorkerPlatform, row: ClusterRow, known: Dialled | undefined): Dialled {
  const readAt = performance.now()
  if (known && known.row.secretId === row.secretId && known.row.endpoint === row.endpoint)
    return { ...known, readAt }
  const token = platform.vault.open(row.sealed, {
    tenant: row.secretTenant,
    id: row.secretId,
    purpose: row.purpose,
  })
  const cluster = platform.clusters.dial({
    id: row.id,
    name: row.name,
    endpoint: row.endpoint,
    caPem: row.caPem,
    token,
    maxInFlight: row.maxInFlight,
  })
  return { row, cluster, readAt }
}
