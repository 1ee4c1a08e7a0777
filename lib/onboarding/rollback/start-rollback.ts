import { type ChangeRow, loadBarred, loadRevision } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { assessRollback } from './assess-rollback.ts'
import { loadRollback } from './load-rollback.ts'
import { placeOf } from './plan-rollback.ts'
import { RollbackTerms } from './roll-back.schema.ts'

/** Why an approved rollback may not begin now; undefined when its plan, rendered anew, is the one that was approved. */
export async function rollbackObstacle(
  tx: Transaction,
  change: ChangeRow,
): Promise<string | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const sealed = RollbackTerms.parse(
    (revision?.parameters as { rollback?: unknown } | undefined)?.rollback,
  )
  const facts = change.serviceId ? await loadRollback(tx, change.serviceId, sealed) : null
  if (!facts) return 'the service is gone'
  if (facts.service.retiring) return 'the service is being offboarded'
  const barred = (await loadBarred(tx, change.id)).map(({ personId }) => personId)
  // an instance that came since is no part of it
  const own = facts.instances.filter((instance) => sealed.places.includes(placeOf(instance)))
  const { plan } = await assessRollback(
    tx,
    { ...facts, instances: own },
    {
      ...{ terms: sealed, barred },
      type: change.type === 'emergency' ? 'emergency' : 'normal',
    },
  )
  return plan.hash === change.planHash
    ? undefined
    : 'the plan is outdated: what stands on the clusters has changed since. Withdraw it, look at the new plan and ask again'
}
