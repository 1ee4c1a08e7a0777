import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type EntitlementPolicyRow = {
  version: number
  body: string
  hash: string
  effectiveFrom: string
  effectiveTo: string | null
  proposedBy: string
  approvedBy: string
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Versions of the entitlement policy, newest first. */
export async function readEntitlementPolicies(
  platform: Platform,
  viewer: Viewer,
): Promise<EntitlementPolicyRow[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<EntitlementPolicyRow[]>`
      select e.version, e.body, encode(e.hash, 'hex') as hash, to_char(e.effective_from at time zone 'UTC', ${ISO}) as "effectiveFrom",
        to_char(e.effective_to at time zone 'UTC', ${ISO}) as "effectiveTo", coalesce(p.display_name, e.proposed_by) as "proposedBy", coalesce(a.display_name, e.approved_by) as "approvedBy"
      from entitlement_policy e left join person p on p.id = e.proposed_by left join person a on a.id = e.approved_by order by e.version desc limit 20`,
  )
}
