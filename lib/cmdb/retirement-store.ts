import type { Transaction } from '#lib/db/client.ts'

/** What of a service's records has something real behind it. */
export type Standing = {
  /** Ids of instances in whose namespace objects of ours stand. */
  instances: readonly string[]
  repository: boolean
}

/**
 * Ends the records of a service that came to nothing: instances without anything behind them with their namespaces and, when none is left,
 * the service itself, and its repository's record unless that exists. Quota and names are free again. Answers whether the service lives on.
 */
export async function retireUnbuilt(
  tx: Transaction,
  at: { tenantId: string; serviceId: string },
  standing: Standing,
): Promise<{ lives: boolean }> {
  const gone = await tx.$queryRaw<{ id: string }[]>`
    update service_instance set retired_at = clock_timestamp()
    where tenant_id = ${at.tenantId} and service_id = ${at.serviceId} and retired_at is null and not (id = any(${[...standing.instances]})) returning id`
  const instances = gone.map(({ id }) => id)
  const namespaces = await tx.$queryRaw<{ id: string }[]>`
    select to_id as id from ci_relation where from_id = any(${instances}) and type = 'runs_in' and valid_to is null`
  await endItems(tx, [...instances, ...namespaces.map(({ id }) => id)])
  const lives = standing.instances.length > 0
  if (lives) return { lives }
  const [service] = await tx.$queryRaw<{ repository: string }[]>`
    select repository_id as repository from service where id = ${at.serviceId} and tenant_id = ${at.tenantId}`
  await endItems(tx, [
    at.serviceId,
    ...(service && !standing.repository ? [service.repository] : []),
  ])
  return { lives }
}

/** Keeps others from asking the same of an item until the transaction ends. */
export async function lockItem(tx: Transaction, id: string): Promise<void> {
  await tx.$queryRaw`select id from ci where id = ${id} for update`
}

/** Marks a service and its living instances as about to be retired; a repeat changes nothing. */
export async function markRetiring(
  tx: Transaction,
  tenantId: string,
  serviceId: string,
): Promise<void> {
  await tx.$executeRaw`
    update ci set stage = 'operational', status = 'pending_retirement'
    where tenant_id = ${tenantId} and retired_at is null and status <> 'pending_retirement'
      and (id = ${serviceId} or id in (select id from service_instance where service_id = ${serviceId} and retired_at is null))`
}

/** Takes that mark off again: the retirement was given up. */
export async function unmarkRetiring(
  tx: Transaction,
  tenantId: string,
  serviceId: string,
): Promise<void> {
  await tx.$executeRaw`
    update ci set status = 'in_use'
    where tenant_id = ${tenantId} and retired_at is null and status = 'pending_retirement'
      and (id = ${serviceId} or id in (select id from service_instance where service_id = ${serviceId} and retired_at is null))`
}

/**
 * Ends the records of a service that is gone: instances, their namespaces but those that were kept, the service and its repository; their relations
 * end, their history stays. Answers how many ended.
 */
export async function retireRecordsOf(
  tx: Transaction,
  at: { tenantId: string; serviceId: string; keptNamespaces: readonly string[] },
): Promise<number> {
  const gone = await tx.$queryRaw<{ id: string }[]>`
    update service_instance set retired_at = clock_timestamp()
    where tenant_id = ${at.tenantId} and service_id = ${at.serviceId} and retired_at is null returning id`
  const instances = gone.map(({ id }) => id)
  const others = await tx.$queryRaw<{ id: string }[]>`
    select c.id from ci_relation r join ci c on c.id = r.to_id
      where r.from_id = any(${instances}) and r.type = 'runs_in' and r.valid_to is null and not (c.natural_key = any(${[...at.keptNamespaces]}))
    union select repository_id from service where id = ${at.serviceId} and tenant_id = ${at.tenantId} and repository_id is not null`
  const ids = [at.serviceId, ...instances, ...others.map(({ id }) => id)]
  await endItems(tx, ids)
  return ids.length
}

async function endItems(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    update ci_relation set valid_to = clock_timestamp() where (from_id = any(${[...ids]}) or to_id = any(${[...ids]})) and valid_to is null`
  await tx.$executeRaw`
    update ci set stage = 'end_of_life', status = 'retired', retired_at = clock_timestamp() where id = any(${[...ids]}) and retired_at is null`
}
