import { updateChange } from '#lib/changes/store.ts'
import { markOperational } from '#lib/cmdb/store.ts'
import { closeOrReview } from '#lib/onboarding/emergency/owe-review.ts'
import type { SingleStep } from './step.ts'

/** Marks the CIs operational, frees the reserved names, closes the change as successful and tells people. */
export const closeChange: SingleStep = {
  kind: 'single',
  name: 'close_change',
  title: 'Close the change',
  async perform(platform, run) {
    return {
      kind: 'done',
      async commit(tx) {
        const serviceId = String(run.facts.record_service?.serviceId ?? run.serviceId ?? '')
        await markOperational(tx, run.tenantId, serviceId)
        await updateChange(tx, run.changeId, { closeCode: 'successful' })
        await closeOrReview(platform, tx, {
          changeId: run.changeId,
          events: ['verify'],
          reason: 'Flux reports Ready on every target',
        })
        return { serviceId }
      },
    }
  },
}
