import { pinInstance } from '#lib/cmdb/pin-store.ts'
import { parseTenantObject } from '#lib/flux/tenant-set.ts'
import { type AppliedObject, recordInventory } from '#lib/runs/target-store.ts'
import { dialCluster, dialClusters } from '../steps/dial-cluster.ts'
import { inventoryRow, ownershipTrouble } from '../steps/prime-targets.ts'
import type { FanOutStep, TargetPerformed } from '../steps/step.ts'
import { verifiedItems } from '../steps/verified-items.ts'

/** Applies the approved source on every target, and nothing else; from then on those bytes are what a sweep compares with and a rebuild places. */
export const moveSources: FanOutStep = {
  kind: 'fan_out',
  name: 'move_sources',
  title: 'Move the sources',
  async prepareTargets(platform, run, targets) {
    const items = await verifiedItems(platform, run, { targets })
    await dialClusters(
      platform,
      targets.map((target) => target.clusterId),
    )
    return async (target): Promise<TargetPerformed> => {
      const own = items.filter(
        (item) => item.clusterId === target.clusterId && item.namespace === target.namespace,
      )
      const cluster = await dialCluster(platform, target.clusterId)
      const inventory: AppliedObject[] = []
      const said: string[] = []
      for (const { body, hash } of own) {
        const object = parseTenantObject(body)
        const applied = await cluster.apply(object, {})
        if (applied.outcome === 'conflict')
          return { kind: 'stop', trouble: ownershipTrouble(object, applied) }
        inventory.push(inventoryRow(object, applied.uid, hash))
        said.push(`${object.kind} ${applied.outcome}`)
      }
      const { clusterId, namespace, targetId } = target
      const { tenantId, changeId } = run
      const commit = run.rollback?.commit ?? null
      return {
        kind: 'done',
        log: `${said.join(', ')}: ${commit ? `pinned at ${commit.slice(0, 12)}` : 'follows its branch'}`,
        async commit(tx) {
          await recordInventory(tx, { targetId, tenantId }, inventory)
          await pinInstance(tx, { tenantId, clusterId, namespace }, { commit, changeId })
        },
      }
    }
  },
}
