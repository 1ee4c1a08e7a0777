import type { Transaction } from '#lib/db/client.ts'
import type { RequestContext } from './request-context.ts'

export type Reservation = { scheme: 'service' | 'namespace' | 'repository'; value: string }

/** The names that a request takes: of the service, its repository and its namespaces. */
export function namesOf({ tenant, slug, targets }: RequestContext): Reservation[] {
  return [
    { scheme: 'service', value: `${tenant.slug}/${slug}` },
    { scheme: 'repository', value: `${tenant.gitOrg}/${slug}` },
    ...targets.map(
      (target): Reservation => ({
        scheme: 'namespace',
        value: `${target.cluster.id}/${target.namespace}`,
      }),
    ),
  ]
}

/** Promises names to a change until it ends. Answers the names that another change holds; then nothing of this is to be kept. */
export async function reserve(
  tx: Transaction,
  at: { tenantId: string; changeId: string },
  names: readonly Reservation[],
): Promise<Reservation[]> {
  const rows = JSON.stringify(names)
  await tx.$executeRaw`
    insert into name_reservation (scheme, value, tenant_id, change_id)
    select x.scheme, x.value, ${at.tenantId}, ${at.changeId} from jsonb_to_recordset(${rows}::jsonb) as x(scheme text, value text)
    order by x.scheme, x.value on conflict (scheme, value) do nothing`
  return tx.$queryRaw<Reservation[]>`
    select x.scheme, x.value from jsonb_to_recordset(${rows}::jsonb) as x(scheme text, value text)
    left join name_reservation r on r.scheme = x.scheme and r.value = x.value and r.change_id = ${at.changeId}
    where r.change_id is null order by 1, 2`
}

/**
 * Environments of a tenant whose quota is exceeded by what stands and what is asked, the caller's own rows included. Requests of one tenant ask
 * this one after another, and each holds its place to its commit: two that fit only alone cannot both pass. Ask last, to hold it briefly.
 */
export async function overQuota(tx: Transaction, tenantId: string): Promise<string[]> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('quota ' || ${tenantId}, 0))`
  const rows = await tx.$queryRaw<{ environment: string }[]>`
    with asked as (
      select d.key as environment, sum((d.value->>'cpuMilli')::int) as cpu, sum((d.value->>'memoryMib')::int) as memory, sum((d.value->>'instances')::int) as n
      from change x join change_revision v on v.change_id = x.id and v.revision = x.revision, jsonb_each(v.parameters->'demand') d
      where x.tenant_id = ${tenantId} and x.service_id is null and x.state not in ('closed','rejected','cancelled','expired') group by 1),
    standing as (
      select environment, sum(cpu_milli) as cpu, sum(memory_mib) as memory, count(*) as n from service_instance
      where tenant_id = ${tenantId} and retired_at is null group by 1)
    select q.environment from tenant_quota q left join asked a using (environment) left join standing s using (environment)
    where q.tenant_id = ${tenantId} and (coalesce(a.cpu, 0) + coalesce(s.cpu, 0) > q.cpu_milli
      or coalesce(a.memory, 0) + coalesce(s.memory, 0) > q.memory_mib or coalesce(a.n, 0) + coalesce(s.n, 0) > q.instances)`
  return rows.map(({ environment }) => environment)
}

/** Id of the ended change of the tenant that a new one repeats. */
export async function repeated(
  tx: Transaction,
  tenantId: string,
  number: number | undefined,
): Promise<string | undefined> {
  if (number === undefined) return undefined
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change where number = ${number}::bigint and tenant_id = ${tenantId} and state in ('rejected','cancelled','expired','closed')`
  return rows[0]?.id
}

/** Frees every name a change held; a repeat changes nothing. */
export async function release(tx: Transaction, changeId: string): Promise<void> {
  await tx.$executeRaw`delete from name_reservation where change_id = ${changeId}`
}
