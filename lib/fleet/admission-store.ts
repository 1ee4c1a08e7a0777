import type { Transaction } from '#lib/db/client.ts'

type Place = { tenantId: string; clusterId: string; environment: string }

/** May the tenant stand on the cluster in the environment today? */
export async function isAdmitted(tx: Transaction, place: Place): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select 1 from tenant_cluster where tenant_id = ${place.tenantId} and cluster_id = ${place.clusterId} and environment = ${place.environment}`
  return rows.length > 0
}

/** Is the environment one of the tenant's and one of the cluster's? */
export async function bothServe(tx: Transaction, place: Place): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select 1 from cluster c join tenant t on t.id = ${place.tenantId} where c.id = ${place.clusterId} and ${place.environment} = any(c.environments) and ${place.environment} = any(t.environments)`
  return rows.length > 0
}

/** Is the environment one of the tenant's? */
export async function servesEnvironment(
  tx: Transaction,
  tenantId: string,
  environment: string,
): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select 1 from tenant where id = ${tenantId} and ${environment} = any(environments)`
  return rows.length > 0
}
