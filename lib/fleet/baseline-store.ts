import type { Transaction } from '#lib/db/client.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Named } from './baseline/compare.ts'
import type { BaselineView } from './baseline/view.ts'

/** Keeps what stands of the baseline on a cluster, in the place of what was read before. */
export async function keepReading(
  tx: Transaction,
  clusterId: string,
  objects: readonly KubernetesObject[],
): Promise<void> {
  await tx.$executeRaw`
    insert into cluster_baseline_reading (cluster_id, read_at, objects) values (${clusterId}, clock_timestamp(), ${JSON.stringify(objects)}::jsonb)
    on conflict (cluster_id) do update set read_at = excluded.read_at, objects = excluded.objects`
}

/** Objects of every version that was in force on a cluster, by kind and name: what of them is no longer wanted is still looked for. */
export async function recordedNames(tx: Transaction, clusterId: string): Promise<Named[]> {
  return tx.$queryRaw<Named[]>`
    select distinct split_part(i.path, '/', 2) as kind, split_part(i.path, '/', 3) as name
    from cluster_baseline b join change c on c.id = b.change_id join plan_item i on i.plan_hash = c.plan_hash and starts_with(i.path, 'baseline/') and i.action <> 'remove'
    where b.cluster_id = ${clusterId} order by 1, 2`
}

/** Records that a version was seen in force on a cluster; a repeat for the same change changes nothing. */
export async function recordVersion(
  tx: Transaction,
  seen: { changeId: string; clusterId: string; version: string; askedBy: string },
): Promise<void> {
  await tx.$executeRaw`
    insert into cluster_baseline (change_id, cluster_id, version, asked_by) values (${seen.changeId}, ${seen.clusterId}, ${seen.version}, ${seen.askedBy})
    on conflict (change_id) do nothing`
}

export type BaselineCluster = {
  id: string
  name: string
  environments: string[]
  production: boolean
  /** Tenants whose services stand on it. */
  tenants: number
  reading: { at: string; objects: KubernetesObject[] } | null
  recorded: Named[]
} & Pick<BaselineView, 'open' | 'verified'>

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** All that a change to a cluster's baseline is planned from, and what its page shows of it; undefined where there is no such living cluster. */
export async function loadBaselineCluster(
  tx: Transaction,
  by: { name: string } | { id: string },
): Promise<BaselineCluster | undefined> {
  const { id, name } = { id: null, name: null, ...by }
  const rows = await tx.$queryRaw<Omit<BaselineCluster, 'recorded'>[]>`
    select k.id, k.name, k.environments, exists (select from environment e where e.name = any(k.environments) and e.production) as production,
      (select count(distinct i.tenant_id)::int from service_instance i where i.cluster_id = k.id and i.retired_at is null) as tenants,
      (select jsonb_build_object('at', to_char(r.read_at at time zone 'UTC', ${ISO}), 'objects', r.objects) from cluster_baseline_reading r where r.cluster_id = k.id) as reading,
      (select jsonb_build_object('number', c.number, 'state', c.state) from change c join change_revision v on v.change_id = c.id and v.revision = c.revision
        where c.kind = 'cluster_baseline' and c.state not in ('closed','rejected','cancelled','expired') and v.parameters->'baseline'->>'clusterId' = k.id limit 1) as open,
      (select jsonb_build_object('version', b.version, 'at', to_char(b.verified_at at time zone 'UTC', ${ISO}), 'number', c.number, 'askedBy', p.display_name,
          'approvedBy', coalesce((select jsonb_agg(distinct d.display_name) from decision x join person d on d.id = x.decider_id where x.change_id = c.id and x.revision = c.revision and x.verdict = 'approve'), '[]'))
        from cluster_baseline b join change c on c.id = b.change_id join person p on p.id = b.asked_by where b.cluster_id = k.id order by b.verified_at desc limit 1) as verified
    from cluster k where k.state <> 'retired' and (k.id = ${id} or k.name = ${name})`
  const [row] = rows
  return row && { ...row, recorded: await recordedNames(tx, row.id) }
}

/** Keeps others from asking for the same cluster's baseline until the transaction ends. */
export async function holdBaseline(tx: Transaction, clusterId: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('baseline ' || ${clusterId}, 0))`
}

/** Since when a step waits, and whether its cluster is still registered. */
export async function waitingSince(
  tx: Transaction,
  { runId, step, clusterId }: { runId: string; step: string; clusterId: string },
): Promise<{ seconds: number; registered: boolean }> {
  const [row] = await tx.$queryRaw<{ seconds: number; registered: boolean }[]>`
    select coalesce(extract(epoch from clock_timestamp() - s.started_at), 0)::float8 as seconds,
      exists (select from cluster k where k.id = ${clusterId} and k.state <> 'retired') as registered
    from step s where s.run_id = ${runId} and s.name = ${step}`
  return row ?? { seconds: 0, registered: false }
}
