import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { CiClass, CmdbItem } from './item.ts'

const PREFIX: Record<CiClass, Parameters<typeof newId>[0]> = {
  business_application: 'app',
  service: 'svc',
  service_instance: 'sin',
  environment: 'env',
  cluster: 'clu',
  namespace: 'nsp',
  repository: 'rep',
  template: 'tpl',
  person: 'usr',
  team: 'tea',
}

/** A registered CI by its plan identity. */
export type RegisteredCi = { id: string; class: string; natural_key: string }

/**
 * Registers the items of a plan as being deployed: rows that do not live yet are inserted, relations are added, nothing is overwritten.
 * An owner is the group of that name in the requester's directory, as the check on the owning team took it; another directory's namesake owns nothing.
 * Ends the statement count at five whatever the number of items. Returns the ids of all of them.
 */
export async function registerItems(
  tx: Transaction,
  { tenantId, requesterId }: { tenantId: string; requesterId: string },
  items: readonly CmdbItem[],
): Promise<RegisteredCi[]> {
  const rows = items.map((item) => ({
    id: newId(PREFIX[item.class]),
    class: item.class,
    name: item.name,
    display_name: item.displayName,
    natural_key: item.naturalKey,
    owner: item.owner,
    tier: item.tier,
    data_class: item.dataClass,
    attributes: item.attributes,
  }))
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key, owner_group_id, tier, data_class, attributes, stage, status)
    select x.id, ${tenantId}, x.class, x.name, x.display_name, x.natural_key, g.id, x.tier, x.data_class, x.attributes, 'deploy', 'test'
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id text, class text, name text, display_name text, natural_key text, owner text, tier smallint, data_class smallint, attributes jsonb)
    left join directory_group g on g.name = x.owner and g.directory_id = (select directory_id from person where id = ${requesterId})
    on conflict (class, natural_key) where retired_at is null do nothing`
  await relate(tx, tenantId, items)
  return tx.$queryRaw<RegisteredCi[]>`
    select c.id, c.class, c.natural_key from ci c
    join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(class text, natural_key text)
      on c.class = x.class and c.natural_key = x.natural_key and c.retired_at is null`
}

async function relate(
  tx: Transaction,
  tenantId: string,
  items: readonly CmdbItem[],
): Promise<void> {
  const links = items.flatMap((item) =>
    item.relations.map((relation) => ({
      type: relation.type,
      from_class: item.class,
      from_key: item.naturalKey,
      to_class: relation.to.class,
      to_key: relation.to.naturalKey,
    })),
  )
  await tx.$executeRaw`
    insert into ci_relation (tenant_id, type, from_id, to_id, origin, created_by)
    select ${tenantId}, x.type, f.id, t.id, 'onboarding', app.actor()
    from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as x(type text, from_class text, from_key text, to_class text, to_key text)
    join ci f on f.class = x.from_class and f.natural_key = x.from_key and f.retired_at is null and f.tenant_id = ${tenantId}
    join ci t on t.class = x.to_class and t.natural_key = x.to_key and t.retired_at is null and t.tenant_id in (${tenantId}, ${PLATFORM_TENANT})
    on conflict (from_id, type, to_id) where valid_to is null do nothing`
}

/** Marks everything a service registered as operational, in use. */
export async function markOperational(
  tx: Transaction,
  tenantId: string,
  serviceId: string,
): Promise<void> {
  await tx.$executeRaw`
    update ci set stage = 'operational', status = 'in_use'
    where tenant_id = ${tenantId} and stage = 'deploy' and (id = ${serviceId}
      or id in (select to_id from ci_relation where from_id = ${serviceId} and type <> 'depends_on' and valid_to is null and tenant_id = ${tenantId})
      or id in (select id from service_instance where service_id = ${serviceId} and tenant_id = ${tenantId})
      or id in (select r.to_id from ci_relation r join service_instance i on i.id = r.from_id where i.service_id = ${serviceId} and r.valid_to is null and r.type = 'runs_in'))`
}

export type ServiceRow = {
  id: string
  tenantId: string
  templateId: string
  templateVersion: number
  repositoryId: string
  costCode: string
  size: string
  intervalClass: string
  rtoMinutes: number | null
  rpoMinutes: number | null
}

/** The typed row of a registered service; a repeat changes nothing. */
export async function registerService(tx: Transaction, row: ServiceRow): Promise<void> {
  await tx.$executeRaw`
    insert into service (id, tenant_id, template_id, template_version, repository_id, cost_code, size, interval_class, rto_minutes, rpo_minutes)
    values (${row.id}, ${row.tenantId}, ${row.templateId}, ${row.templateVersion}, ${row.repositoryId}, ${row.costCode}, ${row.size}, ${row.intervalClass}, ${row.rtoMinutes}, ${row.rpoMinutes})
    on conflict (id) do nothing`
}

export type InstanceRow = {
  id: string
  environment: string
  clusterId: string
  namespace: string
  adopted: boolean
  cpuMilli: number
  memoryMib: number
}

/** The typed rows of a service's instances with their `deployed_as` relations; a repeat changes nothing. */
export async function registerInstances(
  tx: Transaction,
  service: { id: string; tenantId: string },
  rows: readonly InstanceRow[],
): Promise<void> {
  const body = JSON.stringify(rows)
  await tx.$executeRaw`
    insert into service_instance (id, tenant_id, service_id, environment, cluster_id, namespace, adopted, cpu_milli, memory_mib)
    select x.id, ${service.tenantId}, ${service.id}, x.environment, x."clusterId", x.namespace, x.adopted, x."cpuMilli", x."memoryMib"
    from jsonb_to_recordset(${body}::jsonb) as x(id text, environment text, "clusterId" text, namespace text, adopted boolean, "cpuMilli" int, "memoryMib" int)
    on conflict (id) do nothing`
  await tx.$executeRaw`
    insert into ci_relation (tenant_id, type, from_id, to_id, origin, created_by)
    select ${service.tenantId}, 'deployed_as', ${service.id}, x.id, 'onboarding', app.actor()
    from jsonb_to_recordset(${body}::jsonb) as x(id text)
    on conflict (from_id, type, to_id) where valid_to is null do nothing`
}
