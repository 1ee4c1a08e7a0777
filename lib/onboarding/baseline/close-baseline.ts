import { record } from '#lib/audit/store.ts'
import { updateChange } from '#lib/changes/store.ts'
import { recordVersion } from '#lib/fleet/baseline-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { advanceChange } from '../advance-change.ts'
import type { SingleStep } from '../steps/step.ts'

/** Records the version that was seen in force, closes the change as successful, and has the cluster looked through again. */
export const closeBaseline: SingleStep = {
  kind: 'single',
  name: 'close_baseline',
  title: 'Record the version and close the change',
  async perform(platform, run) {
    const terms = run.baseline
    if (!terms) throw new Error(`run ${run.runId} has no terms of a baseline`)
    const { clusterId, cluster, version } = terms
    return {
      kind: 'done',
      async commit(tx) {
        await recordVersion(tx, {
          changeId: run.changeId,
          clusterId,
          version,
          askedBy: run.requesterId,
        })
        await updateChange(tx, run.changeId, { closeCode: 'successful' })
        await advanceChange(platform, tx, {
          changeId: run.changeId,
          events: ['verify', 'close'],
          reason: `baseline ${version} is in force on ${cluster}`,
          notice: 'change.baseline_verified',
          payload: { cluster, version },
        })
        await record(tx, {
          tenant: PLATFORM_TENANT,
          action: 'baseline.verified',
          subject: clusterId,
          payload: { cluster, version, change: run.changeNumber, plan: run.planHash },
        })
        const key = `${clusterId}:asked`
        await platform.queue.enqueue(tx, 'cluster.observe', { clusterId, asked: true }, { key })
        return { version }
      },
    }
  },
}
