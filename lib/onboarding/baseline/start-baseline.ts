import { type ChangeRow, loadRevision } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { loadBaselineCluster } from '#lib/fleet/baseline-store.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { BaselineTerms } from './ask-baseline.schema.ts'
import { planBaseline } from './plan-baseline.ts'

/**
 * Why an approved baseline may not begin now; undefined when this build still renders the bytes that were approved. What stands on the cluster is
 * compared with what was seen when it was asked: that somebody applied it already is no obstacle.
 */
export async function baselineObstacle(
  tx: Transaction,
  change: ChangeRow,
): Promise<string | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const terms = BaselineTerms.parse(
    (revision?.parameters as { baseline?: unknown } | undefined)?.baseline,
  )
  if (!(await loadBaselineCluster(tx, { id: terms.clusterId })))
    return `the cluster ${terms.cluster} is not registered any more`
  return planBaseline(renderBaseline(), terms).hash === change.planHash
    ? undefined
    : 'the plan is outdated: Stairway renders another baseline today. Withdraw it, look at the new plan and ask again'
}
