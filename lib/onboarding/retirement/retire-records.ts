import { record } from '#lib/audit/store.ts'
import { retireRecordsOf } from '#lib/cmdb/retirement-store.ts'
import { forgetObserved } from '#lib/fleet/retirement-store.ts'
import { markReleased, releasesOf } from '#lib/runs/release-store.ts'
import { openTargetIds } from '#lib/runs/target-store.ts'
import { plannedTargets } from '../planned-targets.ts'
import type { SingleStep } from '../steps/step.ts'

/** Ends the records of the service, its instances and its repository, and of the namespaces that are gone; history stays. */
export const retireRecords: SingleStep = {
  kind: 'single',
  name: 'retire_records',
  title: 'Retire the CMDB records',
  async perform(_platform, run) {
    return {
      kind: 'done',
      async commit(tx) {
        const serviceId = run.serviceId ?? ''
        const releases = await releasesOf(tx, run.changeId)
        const kept = releases.filter((release) => release.kept)
        const places = await plannedTargets(tx, run)
        const retired = await retireRecordsOf(tx, {
          tenantId: run.tenantId,
          serviceId,
          keptNamespaces: kept.map(({ cluster, namespace }) => `${cluster}/${namespace}`),
        })
        await forgetObserved(tx, places)
        await markReleased(tx, await openTargetIds(tx, places), 'released')
        await record(tx, {
          tenant: run.tenantId,
          action: 'service.retired',
          subject: serviceId,
          payload: { change: run.changeId, records: retired, namespacesKept: kept.length },
        })
        return { retired, kept: kept.length }
      },
    }
  },
}
