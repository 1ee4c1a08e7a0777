import { record } from '#lib/audit/store.ts'
import { type FoundRebuild, insertRebuild } from '#lib/fleet/rebuild-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/** Begins a rebuild where a cluster is another one than it was, or holds nothing of ours any more; false where there is no reason. */
export async function openRebuild(platform: WorkerPlatform, found: FoundRebuild): Promise<boolean> {
  const scope = { actor: 'sys:worker', tenants: [PLATFORM_TENANT], reason: 'rebuild' }
  return platform.db.inContext(scope, async (tx) => {
    const opened = await insertRebuild(tx, found)
    if (!opened) return false
    const { id: rebuildId, cluster: name, oldUid } = opened
    await platform.queue.enqueue(tx, 'cluster.rebuild', { rebuildId }, { key: rebuildId })
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'cluster.rebuild_found',
      subject: found.clusterId,
      payload: { rebuild: rebuildId, name, cause: found.cause, oldUid, newUid: found.uid },
    })
    return true
  })
}
