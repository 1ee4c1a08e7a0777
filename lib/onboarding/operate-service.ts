import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { insertActions, liveInstances } from '#lib/fleet/action-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { OperateService } from './operate-service.schema.ts'

export type OperateServiceError =
  | { code: 'service_not_found' }
  | { code: 'no_instance_there' }
  | { code: 'service_retiring' }

const AUDITED = {
  reconcile: 'service.reconcile_asked',
  suspend: 'service.suspended',
  resume: 'service.resumed',
} as const

/**
 * Asks Flux for a reconcile of a service's instances, suspends them until a time, or resumes them. What was asked, the audit event and
 * the jobs that do it commit together; what the objects say of themselves is not touched otherwise.
 */
export async function operateService(
  platform: Platform,
  viewer: Viewer,
  input: OperateService,
): Promise<Result<{ instances: number }, OperateServiceError>> {
  const found = await platform.read(viewer, (tx) =>
    tx.service.findUnique({
      where: { id: input.serviceId },
      select: { tenant_id: true, ci_service_tenant_id_idToci: { select: { status: true } } },
    }),
  )
  if (!found || !mayIn(viewer, 'service.operate', found.tenant_id))
    return err({ code: 'service_not_found' })
  if (found.ci_service_tenant_id_idToci.status === 'pending_retirement')
    return err({ code: 'service_retiring' })
  const tenantId = found.tenant_id
  return platform.transact(
    viewer,
    { reason: input.reason, tenants: [tenantId] },
    async (tx): Promise<Result<{ instances: number }, OperateServiceError>> => {
      const instances = await liveInstances(tx, input.serviceId, input.environment)
      if (instances.length === 0) return err({ code: 'no_instance_there' })
      const hours = input.kind === 'suspend' ? input.hours : null
      const { kind, reason } = input
      const places = instances.map(({ id }) => id)
      const actions = await insertActions(tx, places, { tenantId, kind, reason, hours })
      for (const actionId of actions)
        await platform.queue.enqueue(tx, 'instance.act', { actionId }, { key: actionId })
      await record(tx, {
        tenant: tenantId,
        action: AUDITED[kind],
        subject: input.serviceId,
        payload: {
          environment: input.environment || 'all',
          instances: actions.length,
          reason,
          ...(hours === null ? {} : { hours }),
        },
      })
      return ok({ instances: actions.length })
    },
  )
}
