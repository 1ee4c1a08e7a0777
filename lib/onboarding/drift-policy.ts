import { z } from 'zod'
import { record } from '#lib/audit/store.ts'
import { servesEnvironment } from '#lib/fleet/admission-store.ts'
import { writeDriftPolicy } from '#lib/fleet/repair-store.ts'
import { tenantOf } from '#lib/fleet/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { storedText } from '#lib/stored-text.ts'
import type { Viewer } from '#lib/viewer.ts'

/** What is done about drift in an environment of a tenant: tell of it, repair it, or repair it once a person approved. */
export const ChangeDriftPolicy = z.strictObject({
  tenant: storedText(60),
  environment: storedText(40),
  policy: z.enum(['report', 'repair', 'approve']),
  reason: storedText(300).min(3, 'Say why, in a few words.'),
})

type DriftPolicyError =
  | { code: 'tenant_unknown' }
  | { code: 'environment_unknown'; environment: string }

/** Sets what is done about drift of a tenant in an environment. */
export async function changeDriftPolicy(
  platform: Platform,
  viewer: Viewer,
  { tenant, environment, policy, reason }: z.output<typeof ChangeDriftPolicy>,
): Promise<Result<{ policy: string }, DriftPolicyError>> {
  return platform.transact(
    viewer,
    { reason, as: 'stairway_admin', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ policy: string }, DriftPolicyError>> => {
      const tenantId = await tenantOf(tx, tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      if (!(await servesEnvironment(tx, tenantId, environment)))
        return err({ code: 'environment_unknown', environment })
      await writeDriftPolicy(tx, { tenantId, environment, policy })
      await record(tx, {
        tenant: tenantId,
        action: 'drift.policy_changed',
        subject: tenantId,
        payload: { environment, policy, reason },
      })
      return ok({ policy })
    },
  )
}
