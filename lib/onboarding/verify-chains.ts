import { chainHeads, firstBreak, record } from '#lib/audit/store.ts'
import { auditedTenants } from '#lib/auth/permissions.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type VerifiedChain = {
  tenant: string
  name: string
  events: number
  /** First event whose hash, predecessor, number or payload does not hold; null when all hold. */
  firstBreak: number | null
}

/** Recomputes every hash of every chain the viewer may read, and records that it was done, on each that can still be written to. */
export async function verifyChains(
  platform: Platform,
  viewer: Viewer,
): Promise<Result<VerifiedChain[], { code: 'not_permitted' }>> {
  const tenants = auditedTenants(viewer)
  const across = tenants === null
  const chains = await platform.read(viewer, (tx) => chainHeads(tx, tenants))
  if (chains.length === 0) return err({ code: 'not_permitted' })
  const why = {
    reason: 'audit chains verified',
    tenants: chains.map(({ tenantId }) => tenantId),
    ...(across ? { as: 'stairway_admin' as const } : {}),
  }
  return platform.transact(viewer, why, async (tx) => {
    const verified: VerifiedChain[] = []
    for (const { tenantId, tenant, name, events } of chains)
      verified.push({ tenant, name, events, firstBreak: await firstBreak(tx, tenantId) })
    for (const { tenantId, tenant, events } of chains.filter(({ head }) => head !== null))
      await record(tx, {
        tenant: tenantId,
        action: 'chain.verified',
        subject: tenantId,
        payload: {
          events,
          firstBreak: verified.find((each) => each.tenant === tenant)?.firstBreak ?? null,
        },
      })
    return ok(verified)
  })
}
