import type { Transaction } from '#lib/db/client.ts'

/** Writes at which commit an instance is held and by which change, or that it follows its branch; a repeat changes nothing. */
export async function pinInstance(
  tx: Transaction,
  at: { tenantId: string; clusterId: string; namespace: string },
  { commit, changeId }: { commit: string | null; changeId: string },
): Promise<void> {
  const by = commit ? changeId : null
  await tx.$executeRaw`
    update service_instance set pinned_revision = ${commit}, pinned_by = ${by}
    where tenant_id = ${at.tenantId} and cluster_id = ${at.clusterId} and namespace = ${at.namespace} and retired_at is null
      and (pinned_revision, pinned_by) is distinct from (${commit}::text, ${by}::text)`
}
