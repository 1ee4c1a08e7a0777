import { record } from '#lib/audit/store.ts'
import { markRetiring } from '#lib/cmdb/retirement-store.ts'
import { markReleased } from '#lib/runs/release-store.ts'
import { openTargetIds } from '#lib/runs/target-store.ts'
import { plannedTargets } from '../planned-targets.ts'
import type { SingleStep } from '../steps/step.ts'

/** Marks the service as being retired: from here nobody suspends, resumes or repairs it any more. */
export const freezeService: SingleStep = {
  kind: 'single',
  name: 'freeze_service',
  title: 'Freeze the service',
  async perform(_platform, run) {
    return {
      kind: 'done',
      async commit(tx) {
        const serviceId = run.serviceId ?? ''
        await markRetiring(tx, run.tenantId, serviceId)
        const targets = await openTargetIds(tx, await plannedTargets(tx, run))
        await markReleased(tx, targets, 'releasing')
        await record(tx, {
          tenant: run.tenantId,
          action: 'service.retiring',
          subject: serviceId,
          payload: {
            change: run.changeId,
            workloads: run.retirement?.workloads ?? '',
            targets: targets.length,
          },
        })
        return { serviceId, targets: targets.length }
      },
    }
  },
}
