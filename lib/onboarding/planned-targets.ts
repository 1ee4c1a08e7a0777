import type { Transaction } from '#lib/db/client.ts'
import type { PlannedTarget } from '#lib/runs/target-store.ts'
import type { RunContext } from './steps/step.ts'

/** The targets that the approved plan names: the frozen, resolved list. */
export async function plannedTargets(
  tx: Transaction,
  run: Pick<RunContext, 'planHash'>,
): Promise<PlannedTarget[]> {
  return tx.$queryRaw<PlannedTarget[]>`
    select distinct cluster_id as "clusterId", namespace from plan_item
    where plan_hash = decode(${run.planHash}, 'hex') and cluster_id is not null and namespace is not null order by 1, 2`
}
