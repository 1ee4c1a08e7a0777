import { type ChangeRow, loadBarred, loadRevision } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { assessRetirement } from './assess-retirement.ts'
import { loadRetirement } from './load-retirement.ts'
import { RetirementTerms } from './retire-service.schema.ts'

/** Why an approved retirement may not begin now; undefined when its plan, rendered anew, is the one that was approved. */
export async function retirementObstacle(
  tx: Transaction,
  change: ChangeRow,
): Promise<string | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const sealed = RetirementTerms.parse(
    (revision?.parameters as { retirement?: unknown } | undefined)?.retirement,
  )
  const facts = change.serviceId ? await loadRetirement(tx, change.serviceId) : null
  if (!facts) return 'the service is gone already'
  const barred = (await loadBarred(tx, change.id)).map(({ personId }) => personId)
  const { plan } = await assessRetirement(tx, facts, { terms: sealed, barred })
  return plan.hash === change.planHash
    ? undefined
    : 'the plan is outdated: what stands on the clusters, in the CMDB or depends on the service has changed since. Withdraw it, look at the new plan and ask again'
}
