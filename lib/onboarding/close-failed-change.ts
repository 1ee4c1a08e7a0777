import { mayIn } from '#lib/auth/permissions.ts'
import { lockChange, updateChange } from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import { retireUnbuilt, unmarkRetiring } from '#lib/cmdb/retirement-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { CloseFailedChange } from './decide-change.schema.ts'
import { closeOrReview } from './emergency/owe-review.ts'
import { runScope } from './operate-run.ts'

export type CloseFailedChangeError = { code: 'change_not_found' } | IllegalTransition

/** What a change that failed leaves behind: nothing of it is taken away by closing. */
export type LeftBehind = {
  repository: string | null
  targets: { instanceId: string; cluster: string; namespace: string; objects: number }[]
}

/**
 * Gives a failed change up: it closes as unsuccessful with the list of what stands. Records with nothing behind them end, names that are not in
 * use and the quota are free again; what stands on clusters and the Git host is left as it is, and named.
 */
export async function closeFailedChange(
  platform: Platform,
  viewer: Viewer,
  { changeId, reason }: CloseFailedChange,
): Promise<Result<LeftBehind, CloseFailedChangeError>> {
  const scope = await runScope(platform, viewer, { changeId, reason })
  return platform.transact(
    viewer,
    { ...scope, change: changeId },
    async (tx): Promise<Result<LeftBehind, CloseFailedChangeError>> => {
      const change = await lockChange(tx, changeId)
      if (!change || !mayIn(viewer, 'run.operate', change.tenantId))
        return err({ code: 'change_not_found' })
      const next = transition(change.state, 'close')
      if (change.state !== 'failed' || !next.ok)
        return err({ code: 'illegal_transition', from: change.state, event: 'close', legal: [] })
      const left = await leftBehind(tx, changeId)
      if (change.serviceId)
        await retireUnbuilt(
          tx,
          { tenantId: change.tenantId, serviceId: change.serviceId },
          {
            instances: left.targets.map((target) => target.instanceId),
            repository: left.repository !== null,
          },
        )
      if (change.kind === 'retire' && change.serviceId)
        await unmarkRetiring(tx, change.tenantId, change.serviceId)
      await updateChange(tx, changeId, { closeCode: 'unsuccessful' })
      await closeOrReview(platform, tx, {
        changeId,
        events: [],
        reason,
        notice: 'change.given_up',
        payload: { closeCode: 'unsuccessful', left },
      })
      return ok(left)
    },
  )
}

/** From the inventory of what was applied and from what the steps learned. */
async function leftBehind(tx: Transaction, changeId: string): Promise<LeftBehind> {
  const [row] = await tx.$queryRaw<LeftBehind[]>`
    select (select s.facts->>'htmlUrl' from step s join run r on r.id = s.run_id where r.change_id = c.id and s.name = 'create_repository' order by r.attempt desc limit 1) as repository,
      coalesce((select jsonb_agg(x order by x->>'cluster') from (
        select jsonb_build_object('instanceId', i.id, 'cluster', k.name, 'namespace', i.namespace, 'objects', count(*)) as x
        from service_instance i join cluster k on k.id = i.cluster_id join target t on t.cluster_id = i.cluster_id and t.namespace = i.namespace
          join target_object o on o.target_id = t.id
        where i.service_id = c.service_id and i.tenant_id = c.tenant_id and i.retired_at is null group by i.id, k.name, i.namespace) y), '[]') as targets
    from change c where c.id = ${changeId}`
  return row ?? { repository: null, targets: [] }
}
