import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type OwnersNeeded = { tenant: string; services: number; since: string }

/** Tenants of which the viewer is an owner and that have services whose team lacks people, how many, and since when the first; the longest first. */
export async function ownersNeeded(platform: Platform, viewer: Viewer): Promise<OwnersNeeded[]> {
  const owned = Object.entries(viewer.roles)
    .filter(([, roles]) => roles.includes('owner'))
    .map(([tenantId]) => tenantId)
  if (owned.length === 0) return []
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<OwnersNeeded[]>`
      select t.slug as tenant, count(*)::int as services, to_char(min(f.found_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since
      from owner_finding f join tenant t on t.id = f.tenant_id where f.closed_at is null and f.tenant_id = any(${owned})
      group by t.slug order by min(f.found_at), t.slug`,
  )
}
