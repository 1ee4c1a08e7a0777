import type { Transaction } from '#lib/db/client.ts'
import type { Check } from './preflight/check.ts'

/** Whether a cluster was never looked through, or not within so many seconds. */
export async function preflightIsDue(
  tx: Transaction,
  clusterId: string,
  olderThanSeconds: number,
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ n: number }[]>`
    select 1 as n from cluster_preflight where cluster_id = ${clusterId} and checked_at > clock_timestamp() - make_interval(secs => ${olderThanSeconds})`
  return rows.length === 0
}

/** Keeps the newest set of checks of a cluster in the place of the one before. */
export async function keepPreflight(
  tx: Transaction,
  clusterId: string,
  checks: readonly Check[],
): Promise<void> {
  await tx.$executeRaw`
    insert into cluster_preflight (cluster_id, checked_at, checks) values (${clusterId}, clock_timestamp(), ${JSON.stringify(checks)}::jsonb)
    on conflict (cluster_id) do update set checked_at = excluded.checked_at, checks = excluded.checks`
}
