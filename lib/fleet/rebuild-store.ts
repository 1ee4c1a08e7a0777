import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

/** So many targets of a rebuild are worked on at once. */
export const WAVE = 10

export type Rebuild = {
  id: string
  clusterId: string
  cluster: string
  cause: 'identity' | 'empty'
  state: 'waiting' | 'priming' | 'converging' | 'done'
  beganAt: Date
}

export type FoundRebuild = { clusterId: string; cause: Rebuild['cause']; uid: string }

/** Writes that a cluster is another one now, or empty; undefined where that is known, is not so, or was tried within the hour. One rebuilt again begins anew. From then on its Flux signs with other keys. */
export async function insertRebuild(
  tx: Transaction,
  { clusterId, cause, uid }: FoundRebuild,
): Promise<{ id: string; cluster: string; oldUid: string } | undefined> {
  const [cluster] = await tx.$queryRaw<{ name: string; state: string; uid: string }[]>`
    select name, state, identity_uid as uid from cluster where id = ${clusterId} and state in ('active','draining','rebuilding') and identity_uid is not null for update`
  if (!cluster || (cause === 'identity') === (cluster.uid === uid)) return undefined
  const [open] = await tx.$queryRaw<{ uid: string; before: string }[]>`
    select new_uid as uid, state_before as before from cluster_rebuild where cluster_id = ${clusterId} and ended_at is null`
  if (open && (cause === 'empty' || open.uid === uid)) return undefined
  const lately = await tx.$queryRaw<unknown[]>`
    select 1 from cluster_rebuild where cluster_id = ${clusterId} and ended_at > clock_timestamp() - interval '1 hour' limit 1`
  if (cause === 'empty' && lately.length > 0) return undefined
  await tx.$executeRaw`
    update cluster_rebuild set state = 'done', ended_at = clock_timestamp(), detail = 'It was rebuilt once more meanwhile.' where cluster_id = ${clusterId} and ended_at is null`
  const id = newId('crb')
  await tx.$executeRaw`
    insert into cluster_rebuild (id, cluster_id, cause, old_uid, new_uid, state_before) values (${id}, ${clusterId}, ${cause}, ${cluster.uid}, ${uid}, ${open?.before ?? cluster.state})`
  await tx.$executeRaw`update cluster set state = 'rebuilding', hook_generation = hook_generation + 1 where id = ${clusterId}`
  return { id, cluster: cluster.name, oldUid: cluster.uid }
}

/** Of the keys with which a cluster's Flux signs its events: raised by each rebuild. Undefined for a cluster that is not registered. */
export async function hookGeneration(
  tx: Transaction,
  clusterId: string,
): Promise<number | undefined> {
  const [row] = await tx.$queryRaw<{ generation: number }[]>`
    select hook_generation as generation from cluster where id = ${clusterId}`
  return row?.generation
}

/** Rebuilds that are not done. */
export async function openRebuilds(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from cluster_rebuild where ended_at is null`
  return rows.map(({ id }) => id)
}

/** One open rebuild, locked until the transaction ends. */
export async function lockRebuild(tx: Transaction, id: string): Promise<Rebuild | undefined> {
  const rows = await tx.$queryRaw<Rebuild[]>`
    select r.id, r.cluster_id as "clusterId", c.name as cluster, r.cause, r.state, r.began_at as "beganAt"
    from cluster_rebuild r join cluster c on c.id = r.cluster_id where r.id = ${id} and r.ended_at is null for update of r`
  return rows[0]
}

/** Whether a repair must wait: its cluster is being rebuilt, and it is no part of that. */
export async function waitsForRebuild(tx: Transaction, repairId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select 1 from drift_repair d join target t on t.id = d.target_id join cluster_rebuild r on r.cluster_id = t.cluster_id and r.ended_at is null
    where d.id = ${repairId} and d.rebuild_id is distinct from r.id`
  return rows.length > 0
}

/** Moves a rebuild on, or says what it waits for. */
export async function keepRebuild(
  tx: Transaction,
  id: string,
  { state, detail }: { state: 'waiting' | 'priming' | 'converging'; detail: string | null },
): Promise<void> {
  await tx.$executeRaw`
    update cluster_rebuild set state = ${state}, detail = ${detail?.slice(0, 1000) ?? null} where id = ${id} and ended_at is null`
}

/** From here on the cluster is what it is now. */
export async function acceptIdentity(
  tx: Transaction,
  { id, clusterId }: Rebuild,
  uid: string,
): Promise<void> {
  await tx.$executeRaw`update cluster set identity_uid = ${uid} where id = ${clusterId}`
  await tx.$executeRaw`update cluster_rebuild set new_uid = ${uid} where id = ${id}`
}

export type ToPrime = {
  targetId: string
  tenantId: string
  clusterId: string
  namespace: string
  service: string
  gitOrg: string
}

/** What comes next, by tier and name, and how many are worked on now. */
export async function nextToPrime(
  tx: Transaction,
  { id, clusterId }: Rebuild,
): Promise<{ inFlight: number; next: ToPrime[] }> {
  const [row] = await tx.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from drift_repair where rebuild_id = ${id} and ended_at is null`
  const inFlight = row?.n ?? 0
  const next = await tx.$queryRaw<ToPrime[]>`
    select t.id as "targetId", t.tenant_id as "tenantId", t.cluster_id as "clusterId", t.namespace, c.name as service, n.git_org as "gitOrg"
    from target t join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null
      join ci c on c.id = i.service_id join tenant n on n.id = t.tenant_id
    where t.cluster_id = ${clusterId} and t.state in ('primed','drifted') and not exists (select 1 from drift_repair d where d.target_id = t.id and d.rebuild_id = ${id})
    order by c.tier nulls last, c.name, t.namespace limit ${Math.max(0, WAVE - inFlight)}`
  return { inFlight, next }
}

/** Asks for the priming of a target. A repair that was asked for becomes that; one that was only proposed ends. Answers its id. */
export async function askPriming(
  tx: Transaction,
  rebuildId: string,
  { targetId, tenantId }: ToPrime,
): Promise<string> {
  await tx.$executeRaw`
    update drift_repair set state = 'failed', ended_at = clock_timestamp(), detail = 'The cluster was rebuilt: everything is placed anew.' where target_id = ${targetId} and state = 'proposed'`
  const [open] = await tx.$queryRaw<{ id: string }[]>`
    update drift_repair set rebuild_id = ${rebuildId} where target_id = ${targetId} and ended_at is null returning id`
  if (open) return open.id
  const id = newId('drr')
  await tx.$executeRaw`
    insert into drift_repair (id, tenant_id, target_id, reason, asked_by, state, rebuild_id) values (${id}, ${tenantId}, ${targetId}, 'the cluster was rebuilt', app.actor(), 'asked', ${rebuildId})`
  return id
}

/** Suspensions that stood before and were placed over: they are to be done again. Answers their acts. */
export async function suspendAgain(tx: Transaction, rebuildId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update flux_action a set state = 'asked', attempts = 0, ended_at = null
    from drift_repair d join target t on t.id = d.target_id join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null
    where d.rebuild_id = ${rebuildId} and d.state = 'done' and a.instance_id = i.id and a.kind = 'suspend' and a.state = 'done' and a.until > clock_timestamp() and a.ended_at < d.ended_at
      and not exists (select 1 from flux_action o where o.instance_id = i.id and o.kind in ('suspend','resume') and o.asked_at > a.asked_at) returning a.id`
  return rows.map(({ id }) => id)
}

export type Convergence = {
  total: number
  primed: number
  ready: number
  failed: string[]
  over: boolean
}

/** How far a rebuild is, by what was seen after the last target was primed; `over` half an hour after that. */
export async function convergence(tx: Transaction, rebuildId: string): Promise<Convergence> {
  const [row] = await tx.$queryRaw<Convergence[]>`
    select count(*)::int as total, count(*) filter (where d.state = 'done')::int as primed,
      count(*) filter (where d.state = 'done' and s.status in ('ready','suspended') and k.polled_at > x.last)::int as ready,
      coalesce(array_agg(t.namespace order by t.namespace) filter (where d.state = 'failed' or s.status is distinct from 'ready' and s.status is distinct from 'suspended'), '{}') as failed,
      coalesce(max(x.last) < clock_timestamp() - interval '30 minutes', false) as over
    from drift_repair d join target t on t.id = d.target_id join cluster_state k on k.cluster_id = t.cluster_id
      join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null left join instance_state s on s.instance_id = i.id
      cross join (select max(ended_at) as last from drift_repair where rebuild_id = ${rebuildId}) x
    where d.rebuild_id = ${rebuildId}`
  return row ?? { total: 0, primed: 0, ready: 0, failed: [], over: false }
}

/** Ends a rebuild and gives the cluster its state back. */
export async function endRebuild(
  tx: Transaction,
  { id, clusterId }: Rebuild,
  detail: string,
): Promise<void> {
  await tx.$executeRaw`
    update cluster set state = r.state_before from cluster_rebuild r where r.id = ${id} and cluster.id = ${clusterId} and cluster.state = 'rebuilding'`
  await tx.$executeRaw`
    update cluster_rebuild set state = 'done', ended_at = clock_timestamp(), detail = ${detail.slice(0, 1000)} where id = ${id}`
}
