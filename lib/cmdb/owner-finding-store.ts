import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

export type OwnerFinding = {
  id: string
  tenantId: string
  tenant: string
  serviceId: string
  service: string
  team: string | null
  kind: 'no_owner' | 'one_left'
}

/** Closes findings of services whose team is staffed again, that are gone, or of which the other kind holds by now. Answers what was closed for a team that is staffed. */
export async function closeStaffed(
  tx: Transaction,
): Promise<Pick<OwnerFinding, 'tenantId' | 'serviceId'>[]> {
  const closed = await tx.$queryRaw<{ tenantId: string; serviceId: string; live: boolean }[]>`
    with lacking as materialized (select * from app.ownerless())
    update owner_finding f set closed_at = clock_timestamp()
    where f.closed_at is null and not exists (select from lacking o where o.service_id = f.service_id and o.kind = f.kind)
    returning f.tenant_id as "tenantId", f.service_id as "serviceId",
      not exists (select from lacking o where o.service_id = f.service_id) and exists (select from ci c where c.id = f.service_id and c.retired_at is null) as live`
  return closed.filter(({ live }) => live)
}

/** Findings of one look at most: each is an event of its tenant's chain, in one transaction. The next look takes the next. */
const AT_ONCE = 300

/** Opens a finding for each service that lacks owners and has none open; answers those that are new. Of several workers one opens it. */
export async function openFindings(tx: Transaction): Promise<OwnerFinding[]> {
  const lacking = await tx.$queryRaw<{ service: string }[]>`
    select o.service_id as service from app.ownerless() o where not exists (select from owner_finding f where f.service_id = o.service_id and f.closed_at is null)
    order by o.tenant_id, o.service_id limit ${AT_ONCE}`
  const ids = JSON.stringify(lacking.map(({ service }) => ({ id: newId('onf'), service })))
  return tx.$queryRaw<OwnerFinding[]>`
    with opened as (
      insert into owner_finding (id, tenant_id, service_id, kind)
      select x.id, o.tenant_id, o.service_id, o.kind from jsonb_to_recordset(${ids}::jsonb) as x(id text, service text) join app.ownerless() o on o.service_id = x.service
      on conflict do nothing returning *)
    select f.id, f.tenant_id as "tenantId", t.slug as tenant, f.service_id as "serviceId", c.name as service, g.name as team, f.kind
    from opened f join tenant t on t.id = f.tenant_id join ci c on c.id = f.service_id left join directory_group g on g.id = c.owner_group_id order by t.slug, c.name`
}
