import { mayIn } from '#lib/auth/permissions.ts'
import { lockItem } from '#lib/cmdb/retirement-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type AskedChange, sealChange } from '../seal-change.ts'
import { assessRetirement, termsOf } from './assess-retirement.ts'
import { loadRetirement, type RetirementFacts } from './load-retirement.ts'
import type { RetireService } from './retire-service.schema.ts'

export type RetireServiceError =
  | { code: 'service_not_found' }
  | { code: 'name_not_confirmed'; name: string }
  | { code: 'service_busy'; changes: number[] }
  | { code: 'nobody_to_approve'; stages: string[] }
  | { code: 'stands_otherwise' }

/**
 * Asks to take a service out of use: the plan of everything that goes and stays is frozen and hashed, and the people of every matching policy are
 * asked. Nothing is touched before they agree. State, audit and notices commit together.
 */
export async function retireService(
  platform: Platform,
  viewer: Viewer,
  input: RetireService,
): Promise<Result<AskedChange, RetireServiceError>> {
  return platform.transact(
    viewer,
    { reason: input.reason },
    async (tx): Promise<Result<AskedChange, RetireServiceError>> => {
      await lockItem(tx, input.serviceId)
      const facts = await loadRetirement(tx, input.serviceId)
      if (!facts || !mayIn(viewer, 'service.request', facts.tenant.id))
        return err({ code: 'service_not_found' })
      if (input.confirm !== facts.service.slug)
        return err({ code: 'name_not_confirmed', name: facts.service.slug })
      if (facts.open.length > 0) return err({ code: 'service_busy', changes: facts.open })
      const { workloads } = input
      const { quarantineMinutes } = platform.settings
      const terms = termsOf(facts, { workloads, quarantineMinutes })
      const assessment = await assessRetirement(tx, facts, { terms, barred: [viewer.id] })
      if (assessment.unfillable.length > 0)
        return err({ code: 'nobody_to_approve', stages: assessment.unfillable })
      if (assessment.plan.hash !== input.planHash) return err({ code: 'stands_otherwise' })
      const sealed = await sealChange(platform, tx, {
        ...{ viewer, tenantId: facts.tenant.id, kind: 'retire', assessment },
        title: retirementTitle(facts),
        reason: input.reason,
        serviceId: facts.service.id,
        parameters: { request: { ...facts.request, reason: input.reason }, retirement: terms },
        payload: { workloads },
      })
      return ok(sealed)
    },
  )
}

/** What the change is called: `Offboard sepa-gateway from 12 clusters`. */
function retirementTitle({ service, instances }: RetirementFacts): string {
  const clusters = new Set(instances.map(({ clusterId }) => clusterId)).size
  return `Offboard ${service.slug} from ${clusters} ${clusters === 1 ? 'cluster' : 'clusters'}`
}
