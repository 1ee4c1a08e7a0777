import { record } from '#lib/audit/store.ts'
import { readAttesters } from '#lib/auth/access-grant-store.ts'
import { closeStaffed, type OwnerFinding, openFindings } from '#lib/cmdb/owner-finding-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { tellOfAccess } from './access/tell-of-access.ts'

type Finding = Pick<WorkerPlatform, 'db' | 'queue' | 'settings'>

/** Most services that a notice names. */
const NAMED = 3

/**
 * Finds services whose owning team has fewer than two active people left, for whatever reason, and tells the owners of their tenant: once for each falling, all services of a tenant that
 * fell together in one notice. A finding closes by itself when the team is staffed again.
 */
export async function findOwnersNeeded(platform: Finding): Promise<void> {
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [], reason: 'owners of services' },
    async (tx) => {
      const staffed = await closeStaffed(tx)
      const found = await openFindings(tx)
      for (const tenant of new Set(found.map(({ tenantId }) => tenantId)))
        await tell(
          platform,
          tx,
          found.filter(({ tenantId }) => tenantId === tenant),
        )
      for (const { tenantId, serviceId, kind, team } of found)
        await record(tx, {
          ...{ tenant: tenantId, action: 'service.owner_needed', subject: serviceId },
          payload: { kind, team },
        })
      for (const { tenantId, serviceId } of staffed)
        await record(tx, { tenant: tenantId, action: 'service.owner_found', subject: serviceId })
    },
  )
}

async function tell(
  platform: Finding,
  tx: Transaction,
  findings: readonly OwnerFinding[],
): Promise<void> {
  const [first] = findings
  if (!first) return
  const { id, tenantId, tenant, service } = first
  const named = findings.slice(0, NAMED).map((finding) => finding.service)
  const more = findings.length - named.length
  const title = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const link =
    findings.length === 1
      ? `/services/${tenant}/${service}`
      : `/services?view=unowned&tenant=${tenant}`
  const people = await readAttesters(tx, tenantId)
  await tellOfAccess(platform, tx, {
    about: { id, tenantId, title, link },
    event: 'owner.needed',
    people,
  })
}
