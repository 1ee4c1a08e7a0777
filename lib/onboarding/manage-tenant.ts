import { z } from 'zod'
import { record } from '#lib/audit/store.ts'
import { bothServe, isAdmitted, servesEnvironment } from '#lib/fleet/admission-store.ts'
import {
  admitTenant,
  lockCluster,
  tenantOf,
  usageOf,
  withdrawTenant,
  writeQuota,
} from '#lib/fleet/store.ts'
import { unfitFor } from '#lib/fleet/waiver-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

const Reason = z.string().trim().min(3, 'say why').max(500)
const Place = {
  tenant: z.string().max(60),
  clusterId: z.string().max(40),
  environment: z.string().max(40),
}

/** Lets a tenant stand on a cluster in an environment, or no longer. */
export const ChangeAdmission = z.strictObject({ ...Place, admitted: z.boolean(), reason: Reason })

/** Millicores, MiB and instances that a tenant may use in an environment. */
export const ChangeQuota = z.strictObject({
  tenant: Place.tenant,
  environment: Place.environment,
  cpu: z.int().min(0).max(100_000_000),
  memory: z.int().min(0).max(100_000_000),
  instances: z.int().min(0).max(100_000),
  reason: Reason,
})

export type ManageTenantError =
  | { code: 'tenant_unknown' }
  | { code: 'cluster_not_found' }
  | { code: 'environment_unknown'; environment: string }
  | { code: 'environment_not_served'; cluster: string; environment: string }
  | { code: 'cluster_unfit'; cluster: string; checks: readonly string[] }
  | { code: 'still_in_use'; instances: number }
  | { code: 'quota_below_use'; what: string; used: number }

/** Admits a tenant to a cluster or takes the admission back; the latter is refused while an instance stands there. A repeat changes nothing. */
export async function changeAdmission(
  platform: Platform,
  viewer: Viewer,
  input: z.output<typeof ChangeAdmission>,
): Promise<Result<{ admitted: boolean }, ManageTenantError>> {
  const { tenant, clusterId, environment, admitted, reason } = input
  return platform.transact(
    viewer,
    { reason, as: 'stairway_admin', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ admitted: boolean }, ManageTenantError>> => {
      const tenantId = await tenantOf(tx, tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      const place = { tenantId, clusterId, environment }
      if ((await isAdmitted(tx, place)) === admitted) return ok({ admitted })
      if (admitted) {
        if (!(await bothServe(tx, place)))
          return err({ code: 'environment_not_served', cluster: cluster.name, environment })
        const checks = await unfitFor(tx, clusterId)
        if (checks.length > 0) return err({ code: 'cluster_unfit', cluster: cluster.name, checks })
        await admitTenant(tx, place)
      } else {
        const { instances } = await usageOf(tx, place)
        if (instances > 0) return err({ code: 'still_in_use', instances })
        await withdrawTenant(tx, place)
      }
      await record(tx, {
        tenant: tenantId,
        action: admitted ? 'cluster.admitted' : 'cluster.withdrawn',
        subject: clusterId,
        payload: { cluster: cluster.name, environment, reason },
      })
      return ok({ admitted })
    },
  )
}

/** Sets what a tenant may use in an environment; less than is in use is refused. */
export async function changeQuota(
  platform: Platform,
  viewer: Viewer,
  { tenant, environment, reason, ...quota }: z.output<typeof ChangeQuota>,
): Promise<Result<{ environment: string }, ManageTenantError>> {
  return platform.transact(
    viewer,
    { reason, as: 'stairway_admin', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ environment: string }, ManageTenantError>> => {
      const tenantId = await tenantOf(tx, tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      if (!(await servesEnvironment(tx, tenantId, environment)))
        return err({ code: 'environment_unknown', environment })
      const used = await usageOf(tx, { tenantId, environment })
      const below = (['cpu', 'memory', 'instances'] as const).find(
        (what) => quota[what] < used[what],
      )
      if (below) return err({ code: 'quota_below_use', what: below, used: used[below] })
      await writeQuota(tx, { tenantId, environment, ...quota })
      await record(tx, {
        tenant: tenantId,
        action: 'tenant.quota_changed',
        subject: tenantId,
        payload: { environment, ...quota, reason },
      })
      return ok({ environment })
    },
  )
}
