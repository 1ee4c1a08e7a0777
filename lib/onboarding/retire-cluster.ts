import { record } from '#lib/audit/store.ts'
import { endCluster, standingOn } from '#lib/fleet/retirement-store.ts'
import { lockCluster } from '#lib/fleet/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { err, ok, type Result } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RetireCluster } from './register-cluster.schema.ts'

export type RetireClusterError =
  | { code: 'cluster_not_found' }
  | { code: 'cluster_not_draining' }
  | { code: 'cluster_in_use'; namespaces: number }

/** Removes a draining cluster on which nothing of ours stands: admissions end, the token is revoked, history stays. On the cluster itself nothing is touched. */
export async function retireCluster(
  platform: Platform,
  viewer: Viewer,
  { clusterId, reason }: RetireCluster,
): Promise<Result<{ name: string }, RetireClusterError>> {
  return platform.transact(
    viewer,
    { reason, as: 'stairway_admin', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ name: string }, RetireClusterError>> => {
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      if (cluster.state !== 'draining') return err({ code: 'cluster_not_draining' })
      const namespaces = await standingOn(tx, clusterId)
      if (namespaces > 0) return err({ code: 'cluster_in_use', namespaces })
      const withdrawn = await endCluster(tx, clusterId)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'cluster.retired',
        subject: clusterId,
        payload: { name: cluster.name, reason, withdrawn },
      })
      return ok({ name: cluster.name })
    },
  )
}
