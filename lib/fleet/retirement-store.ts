import type { Transaction } from '#lib/db/client.ts'

/** How many namespaces on a cluster are ours still: living instances, and targets that were primed or are about to be. */
export async function standingOn(tx: Transaction, clusterId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from (select namespace from service_instance where cluster_id = ${clusterId} and retired_at is null
      union select namespace from target where cluster_id = ${clusterId} and state <> 'released') x`
  return row?.n ?? 0
}

/** Ends a cluster: no admissions, no token, its CI at the end of its life. Answers whose admissions ended. */
export async function endCluster(tx: Transaction, clusterId: string): Promise<string[]> {
  const tenants = await tx.$queryRaw<{ slug: string }[]>`
    with ended as (delete from tenant_cluster where cluster_id = ${clusterId} returning tenant_id)
    select distinct t.slug from ended join tenant t on t.id = ended.tenant_id order by t.slug`
  await tx.$executeRaw`
    update secret set revoked_at = clock_timestamp() where id = (select secret_id from cluster where id = ${clusterId}) and revoked_at is null`
  await tx.$executeRaw`update cluster set state = 'retired', secret_id = null where id = ${clusterId}`
  await tx.$executeRaw`
    update ci_relation set valid_to = clock_timestamp() where (from_id = ${clusterId} or to_id = ${clusterId}) and valid_to is null`
  await tx.$executeRaw`
    update ci set stage = 'end_of_life', status = 'retired', retired_at = clock_timestamp() where id = ${clusterId}`
  return tenants.map(({ slug }) => slug)
}

/** Name of the living cluster that answers at this address, when there is one. */
export async function clusterAt(tx: Transaction, endpoint: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select name from cluster where endpoint = ${endpoint} and state <> 'retired' limit 1`
  return rows[0]?.name
}

/** Revokes the sealed read token of one target; how many there were. */
export async function revokeSecret(
  tx: Transaction,
  { tenantId, purpose }: { tenantId: string; purpose: string },
): Promise<number> {
  return tx.$executeRaw`
    update secret set revoked_at = clock_timestamp() where tenant_id = ${tenantId} and purpose = ${purpose} and revoked_at is null`
}

/** Forgets what clusters said of Flux objects in namespaces that are let go of. */
export async function forgetObserved(
  tx: Transaction,
  places: readonly { clusterId: string; namespace: string }[],
): Promise<void> {
  await tx.$executeRaw`
    delete from flux_object o using jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as x("clusterId" text, namespace text)
    where o.cluster_id = x."clusterId" and o.namespace = x.namespace`
}
