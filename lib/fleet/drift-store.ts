import type { Transaction } from '#lib/db/client.ts'
import type { Finding } from './drift/finding.ts'

export type PlacedTarget = {
  targetId: string
  tenantId: string
  clusterId: string
  namespace: string
  environment: string
  /** Rises with every apply: a look under another fence looked at something else. */
  fence: string
}

export type PlacedObject = {
  targetId: string
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string | null
  /** SHA-256 of the approved bytes that were applied last, hex. */
  hash: string
  /** It stood before us: it is never deleted, nor is what others have in it. */
  existedBefore: boolean
}

export type Placed = { targets: PlacedTarget[]; objects: PlacedObject[] }

/** What of ours stands on a cluster, or at one of its targets, by the inventory. Targets that somebody works on just now are left out. */
export async function loadPlaced(
  tx: Transaction,
  at: { clusterId: string } | { targetId: string; holder: string },
): Promise<Placed> {
  const [cluster, target] = 'clusterId' in at ? [at.clusterId, null] : [null, at.targetId]
  const holder = 'holder' in at ? at.holder : null
  const targets = await tx.$queryRaw<PlacedTarget[]>`
    select t.id as "targetId", t.tenant_id as "tenantId", t.cluster_id as "clusterId", t.namespace, i.environment, t.fence::text as fence
    from target t join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null
    where (t.cluster_id = ${cluster} or t.id = ${target}) and t.state in ('primed','drifted')
      and (t.lease_until is null or t.lease_until < clock_timestamp() or t.holder = ${holder}) order by t.namespace`
  const objects = await tx.$queryRaw<PlacedObject[]>`
    select o.target_id as "targetId", o.api_version as "apiVersion", o.kind, o.namespace, o.name, o.uid, encode(o.manifest_hash, 'hex') as hash, o.existed_before as "existedBefore"
    from target_object o where o.target_id = any(${targets.map(({ targetId }) => targetId)})`
  return { targets, objects }
}

/** Bytes by their hashes, as a tenant's plans hold them. */
export async function loadBytes(
  tx: Transaction,
  tenants: readonly string[],
  hashes: readonly string[],
): Promise<{ hash: string; body: string }[]> {
  return tx.$queryRaw`
    select distinct on (b.hash) encode(b.hash, 'hex') as hash, convert_from(b.body, 'UTF8') as body
    from unnest(${[...hashes]}::text[]) as x(hash) join blob b on b.hash = decode(x.hash, 'hex') and b.tenant_id = any(${[...tenants]}) order by b.hash`
}

export type LookedAt = Pick<PlacedObject, 'targetId' | 'apiVersion' | 'kind' | 'name'> & {
  namespace: string
  fence: string
  finding: Finding | null
}

/**
 * Writes what a look found: findings begin, go on, or end where the object is as approved again. What was looked at under a fence that has
 * risen meanwhile is left out. Answers the findings that are new, by target.
 */
export async function recordLook(
  tx: Transaction,
  looked: readonly LookedAt[],
): Promise<{ tenantId: string; targetId: string; kind: string; name: string; drift: string }[]> {
  const rows = JSON.stringify(
    looked.map(({ finding, ...object }) => ({
      ...object,
      drift: finding?.drift ?? null,
      differences: finding?.differences ?? null,
    })),
  )
  await tx.$executeRaw`
    update drift_finding f set resolved_at = clock_timestamp()
    from jsonb_to_recordset(${rows}::jsonb) as x("targetId" text, "apiVersion" text, kind text, name text, fence bigint, drift text), target t
    where f.resolved_at is null and f.target_id = x."targetId" and f.api_version = x."apiVersion" and f.kind = x.kind and f.name = x.name and x.drift is null
      and t.id = x."targetId" and t.fence = x.fence`
  const found = await tx.$queryRaw<
    {
      tenantId: string
      targetId: string
      kind: string
      name: string
      drift: string
      fresh: boolean
    }[]
  >`
    insert into drift_finding (tenant_id, target_id, api_version, kind, namespace, name, drift, differences)
    select t.tenant_id, t.id, x."apiVersion", x.kind, x.namespace, x.name, x.drift, x.differences
    from jsonb_to_recordset(${rows}::jsonb) as x("targetId" text, "apiVersion" text, kind text, namespace text, name text, fence bigint, drift text, differences jsonb)
      join target t on t.id = x."targetId" and t.fence = x.fence
    where x.drift is not null order by t.id, x."apiVersion", x.kind, x.name
    on conflict (target_id, api_version, kind, name) where resolved_at is null
      do update set drift = excluded.drift, differences = excluded.differences, last_seen = clock_timestamp()
    returning tenant_id as "tenantId", target_id as "targetId", kind, name, drift, (xmax = 0) as fresh`
  return found.filter(({ fresh }) => fresh).map(({ fresh: _fresh, ...finding }) => finding)
}

export type SweepState = { identityUid: string | null; lastNamespace: string }

/** The identity that a cluster had at first sight, and the namespace at which the turn stopped. */
export async function sweepState(
  tx: Transaction,
  clusterId: string,
): Promise<SweepState | undefined> {
  const rows = await tx.$queryRaw<SweepState[]>`
    select c.identity_uid as "identityUid", coalesce(s.last_namespace, '') as "lastNamespace"
    from cluster c left join cluster_sweep s on s.cluster_id = c.id where c.id = ${clusterId} and c.state not in ('retired','rebuilding')`
  return rows[0]
}

/** Clusters whose next comparison is due; each is put off at once, so that no two workers begin. */
export async function takeSweepsDue(
  tx: Transaction,
  { most, putOffSeconds }: { most: number; putOffSeconds: number },
): Promise<string[]> {
  await tx.$executeRaw`
    insert into cluster_sweep (cluster_id, next_at) select c.id, clock_timestamp() + random() * interval '60 seconds' from cluster c
    where c.state in ('active','draining') and not exists (select 1 from cluster_sweep s where s.cluster_id = c.id) on conflict do nothing`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update cluster_sweep s set next_at = clock_timestamp() + make_interval(secs => ${putOffSeconds}::float8)
    where s.cluster_id in (select x.cluster_id from cluster_sweep x join cluster c on c.id = x.cluster_id
      where x.next_at <= clock_timestamp() and c.state in ('active','draining') and c.secret_id is not null
      order by x.next_at limit ${most} for update of x skip locked) returning s.cluster_id as id`
  return rows.map(({ id }) => id)
}

/** Writes that a cluster was compared, and when it is next. */
export async function keepSweep(
  tx: Transaction,
  clusterId: string,
  sweep: { lastNamespace: string; objects: number; drifted: number; nextInSeconds: number },
): Promise<void> {
  await tx.$executeRaw`
    insert into cluster_sweep (cluster_id, swept_at, next_at, last_namespace, objects, drifted)
    values (${clusterId}, clock_timestamp(), clock_timestamp() + make_interval(secs => ${sweep.nextInSeconds}::float8), ${sweep.lastNamespace}, ${sweep.objects}, ${sweep.drifted})
    on conflict (cluster_id) do update set swept_at = excluded.swept_at, next_at = excluded.next_at, last_namespace = excluded.last_namespace,
      objects = excluded.objects, drifted = excluded.drifted`
}
