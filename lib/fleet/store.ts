import type { Transaction } from '#lib/db/client.ts'

export type ClusterRow = {
  id: string
  tenantId: string
  name: string
  endpoint: string
  caPem: string
  secretId: string
  sealed: Uint8Array
  secretTenant: string
  purpose: string
  maxInFlight: number
  identityUid: string | null
}

/** Clusters with their sealed tokens; only the worker's role can read the latter. */
export async function loadClusters(tx: Transaction, ids: readonly string[]): Promise<ClusterRow[]> {
  return tx.$queryRaw<ClusterRow[]>`
    select c.id, c.tenant_id as "tenantId", c.name, c.endpoint, c.ca_pem as "caPem", s.id as "secretId", s.sealed, s.tenant_id as "secretTenant", s.purpose,
      c.max_in_flight::int as "maxInFlight", c.identity_uid as "identityUid"
    from cluster c join secret s on s.id = c.secret_id where c.id = any(${[...ids]}) and c.state <> 'retired'`
}

export type ObservedObject = {
  kind: string
  namespace: string
  name: string
  uid: string | null
  status: string
  reason: string | null
  message: string | null
  suspended: boolean
  appliedRevision: string | null
  attemptedRevision: string | null
  sourceRevision: string | null
  generation: number | null
  resourceVersion: string | null
  /** Why it is so in a stable word, whose move that is, and the next step. */
  code?: string
  whose?: string
  nextStep?: string
  /** What an inspection left behind; what was left before stays where it is not given. */
  inspection?: object
}

/**
 * Writes what a cluster reports about our Flux objects: one statement, only rows that differ.
 * Objects in namespaces that no living instance of ours has are left out.
 */
export async function recordObserved(
  tx: Transaction,
  clusterId: string,
  objects: readonly ObservedObject[],
): Promise<void> {
  const rows = JSON.stringify(
    objects.map((object) => ({ ...object, message: object.message?.slice(0, 4000) ?? null })),
  )
  await tx.$executeRaw`
    insert into flux_object (cluster_id, kind, namespace, name, uid, tenant_id, instance_id, status, reason, message, suspended, applied_revision,
      attempted_revision, source_revision, generation, resource_version, code, whose, next_step, inspection, changed_at, last_success_at)
    select ${clusterId}, x.kind, x.namespace, x.name, x.uid, i.tenant_id, i.id, x.status, x.reason, x.message, x.suspended, x."appliedRevision",
      x."attemptedRevision", x."sourceRevision", x.generation, x."resourceVersion", x.code, x.whose, left(x."nextStep", 1000), x.inspection, clock_timestamp(), case when x.status = 'ready' then clock_timestamp() end
    from jsonb_to_recordset(${rows}::jsonb) as x(kind text, namespace text, name text, uid text, status text, reason text, message text, suspended boolean,
      "appliedRevision" text, "attemptedRevision" text, "sourceRevision" text, generation bigint, "resourceVersion" text, code text, whose text, "nextStep" text, inspection jsonb)
    join service_instance i on i.cluster_id = ${clusterId} and i.namespace = x.namespace and i.retired_at is null
    left join flux_object o on o.cluster_id = ${clusterId} and o.kind = x.kind and o.namespace = x.namespace and o.name = x.name
    where o.id is null or (o.uid, o.status, o.reason, o.message, o.suspended, o.applied_revision, o.attempted_revision, o.source_revision, o.code, o.whose, o.next_step)
      is distinct from (x.uid, x.status, x.reason, left(x.message, 4000), x.suspended, x."appliedRevision", x."attemptedRevision", x."sourceRevision", x.code, x.whose, left(x."nextStep", 1000))
      or x.inspection is not null and x.inspection is distinct from o.inspection
    order by x.kind, x.namespace, x.name
    on conflict (cluster_id, kind, namespace, name) do update set uid = excluded.uid, status = excluded.status, reason = excluded.reason, message = excluded.message,
      suspended = excluded.suspended, applied_revision = excluded.applied_revision, attempted_revision = excluded.attempted_revision,
      source_revision = excluded.source_revision, generation = excluded.generation, resource_version = excluded.resource_version, code = excluded.code, whose = excluded.whose, next_step = excluded.next_step,
      inspection = coalesce(excluded.inspection, flux_object.inspection), changed_at = excluded.changed_at,
      last_success_at = coalesce(excluded.last_success_at, flux_object.last_success_at)`
}

/** The database's clock; what is compared with its rows is never a worker's time. */
export async function clockOf(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`
  return row?.now ?? new Date(0)
}

/**
 * Our objects of a cluster that a whole look did not find are no longer what they were: unknown, with the reason.
 * Rows written after the look began are left alone.
 */
export async function recordAbsent(
  tx: Transaction,
  clusterId: string,
  look: { kinds: readonly string[]; found: readonly ObservedObject[]; began: Date },
): Promise<void> {
  const found = JSON.stringify(
    look.found.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
  )
  await tx.$executeRaw`
    update flux_object o set status = 'unknown', reason = 'NotFound', message = o.kind || ' ' || o.name || ' is not on the cluster any more', code = 'absent', whose = 'ours',
      next_step = 'It was deleted on the cluster. Retry the run of its last change: it is placed again.', changed_at = clock_timestamp()
    where o.cluster_id = ${clusterId} and o.kind = any(${[...look.kinds]}) and o.changed_at < ${look.began} and o.reason is distinct from 'NotFound'
      and not exists (select 1 from jsonb_to_recordset(${found}::jsonb) as x(kind text, namespace text, name text)
        where x.kind = o.kind and x.namespace = o.namespace and x.name = o.name)`
}

export type ClusterPoll =
  | {
      reachable: true
      kubernetesVersion: string
      fluxVersion: string
      servesHelm: boolean
      uid: string
    }
  | { reachable: false; error: string }

/** Writes the outcome of one look at a cluster, its identity at the first, and an observation where the answer differs from the last. */
export async function recordPoll(
  tx: Transaction,
  clusterId: string,
  poll: ClusterPoll,
): Promise<void> {
  await keepObservation(tx, clusterId, poll)
  if (!poll.reachable) {
    await tx.$executeRaw`
      insert into cluster_state (cluster_id, reachable, polled_at, poll_error) values (${clusterId}, false, clock_timestamp(), ${poll.error})
      on conflict (cluster_id) do update set reachable = false, polled_at = excluded.polled_at, poll_error = excluded.poll_error,
        breaker_failures = least(cluster_state.breaker_failures + 1, 1000)`
    return
  }
  await tx.$executeRaw`
    insert into cluster_state (cluster_id, reachable, polled_at, kubernetes_version, flux_version, serves_helm)
    values (${clusterId}, true, clock_timestamp(), ${poll.kubernetesVersion}, ${poll.fluxVersion}, ${poll.servesHelm})
    on conflict (cluster_id) do update set reachable = true, polled_at = excluded.polled_at, poll_error = null, breaker_failures = 0,
      kubernetes_version = excluded.kubernetes_version, flux_version = excluded.flux_version, serves_helm = excluded.serves_helm`
  await tx.$executeRaw`update cluster set identity_uid = ${poll.uid}, state = case when state = 'joining' then 'active' else state end where id = ${clusterId} and identity_uid is null`
}

/** Failures are the same answer when their reason is; their details may differ. */
async function keepObservation(
  tx: Transaction,
  clusterId: string,
  poll: ClusterPoll,
): Promise<void> {
  const error = poll.reachable ? null : poll.error
  const kubernetes = poll.reachable ? poll.kubernetesVersion : null
  const flux = poll.reachable ? poll.fluxVersion : null
  await tx.$executeRaw`
    insert into cluster_observation (cluster_id, reachable, error, kubernetes_version, flux_version)
    select ${clusterId}, ${poll.reachable}, ${error}, ${kubernetes}, ${flux}
    where not exists (select 1 from (select * from cluster_observation where cluster_id = ${clusterId} order by began_at desc limit 1) o
      where o.reachable = ${poll.reachable} and split_part(coalesce(o.error, ''), ':', 1) = split_part(${error ?? ''}, ':', 1)
        and (o.kubernetes_version, o.flux_version) is not distinct from (${kubernetes}::text, ${flux}::text))`
}

/** Clusters not looked at for so many seconds, oldest first. */
export async function clustersDue(
  tx: Transaction,
  olderThanSeconds: number,
  most: number,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select c.id from cluster c left join cluster_state s on s.cluster_id = c.id
    where c.state in ('joining','active','draining','rebuilding') and c.secret_id is not null and (s.polled_at is null or s.polled_at < clock_timestamp() - make_interval(secs => ${olderThanSeconds}))
    order by s.polled_at nulls first, c.id limit ${most}`
  return rows.map((row) => row.id)
}

export type NewCluster = {
  id: string
  name: string
  region: string
  zone: string
  accreditedClass: number
  environments: readonly string[]
  ingressNamespace: string | null
  endpoint: string
  caPem: string
  maxInFlight: number
  secret: { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string }
}

/** Registers a cluster: its CI, its typed row and its sealed token. A name that is taken is refused (23505). */
export async function insertCluster(
  tx: Transaction,
  tenantId: string,
  cluster: NewCluster,
): Promise<void> {
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id) values (${cluster.secret.id}, ${tenantId}, ${cluster.secret.purpose}, ${cluster.secret.sealed}, ${cluster.secret.keyId})`
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key, attributes)
    values (${cluster.id}, ${tenantId}, 'cluster', ${cluster.name}, ${cluster.name}, ${cluster.name}, ${JSON.stringify({ region: cluster.region, environments: cluster.environments })}::jsonb)`
  await tx.$executeRaw`
    insert into cluster (id, tenant_id, name, region, zone, accredited_class, environments, ingress_namespace, endpoint, ca_pem, secret_id, max_in_flight, state)
    values (${cluster.id}, ${tenantId}, ${cluster.name}, ${cluster.region}, ${cluster.zone}, ${cluster.accreditedClass}::smallint, ${[...cluster.environments]}, ${cluster.ingressNamespace},
      ${cluster.endpoint}, ${cluster.caPem}, ${cluster.secret.id}, ${cluster.maxInFlight}::smallint, 'joining')`
  await tx.$executeRaw`insert into cluster_state (cluster_id, reachable) values (${cluster.id}, true)`
}

/** Lets a tenant stand on a cluster in an environment; a repeat changes nothing. */
export async function admitTenant(
  tx: Transaction,
  admission: { tenantId: string; clusterId: string; environment: string },
): Promise<void> {
  await tx.$executeRaw`
    insert into tenant_cluster (tenant_id, cluster_id, environment, added_by) values (${admission.tenantId}, ${admission.clusterId}, ${admission.environment}, app.actor())
    on conflict (tenant_id, cluster_id, environment) do nothing`
}

/** Names of the environments, in order of rank. */
export async function environmentNames(tx: Transaction): Promise<string[]> {
  const rows = await tx.environment.findMany({ orderBy: { rank: 'asc' }, select: { name: true } })
  return rows.map(({ name }) => name)
}

/** A cluster under lock, or undefined. */
export async function lockCluster(
  tx: Transaction,
  clusterId: string,
): Promise<{ name: string; state: string; endpoint: string } | undefined> {
  const rows = await tx.$queryRaw<{ name: string; state: string; endpoint: string }[]>`
    select name, state, endpoint from cluster where id = ${clusterId} and state <> 'retired' for update`
  return rows[0]
}

/** Moves a cluster between active and draining; one that is being rebuilt comes to that when it is done. */
export async function setClusterState(
  tx: Transaction,
  clusterId: string,
  state: 'active' | 'draining',
): Promise<void> {
  await tx.$executeRaw`update cluster_rebuild set state_before = ${state} where cluster_id = ${clusterId} and ended_at is null`
  await tx.$executeRaw`update cluster set state = ${state} where id = ${clusterId} and state <> 'rebuilding'`
}

/** Ends the token in use and stores the next; the certificate only when there is a new one. */
export async function replaceClusterSecret(
  tx: Transaction,
  clusterId: string,
  next: {
    tenantId: string
    id: string
    purpose: string
    sealed: Uint8Array<ArrayBuffer>
    keyId: string
    caPem: string | null
  },
): Promise<void> {
  await tx.$executeRaw`
    update secret set revoked_at = now() where tenant_id = ${next.tenantId} and purpose = ${next.purpose} and revoked_at is null`
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id) values (${next.id}, ${next.tenantId}, ${next.purpose}, ${next.sealed}, ${next.keyId})`
  await tx.$executeRaw`
    update cluster set secret_id = ${next.id}, ca_pem = coalesce(${next.caPem}, ca_pem) where id = ${clusterId}`
}

/** Takes an admission back; a repeat changes nothing. */
export async function withdrawTenant(
  tx: Transaction,
  admission: { tenantId: string; clusterId: string; environment: string },
): Promise<void> {
  await tx.$executeRaw`
    delete from tenant_cluster where tenant_id = ${admission.tenantId} and cluster_id = ${admission.clusterId} and environment = ${admission.environment}`
}

/** Id of a tenant by its slug; its row stays locked against others who change it. */
export async function tenantOf(tx: Transaction, slug: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from tenant where slug = ${slug} and slug <> 'platform' for update`
  return rows[0]?.id
}

/** What a tenant's living instances use: millicores, MiB, number; in an environment, on one cluster when named. */
export async function usageOf(
  tx: Transaction,
  at: { tenantId: string; environment: string; clusterId?: string },
): Promise<{ cpu: number; memory: number; instances: number }> {
  const [used] = await tx.$queryRaw<{ cpu: number; memory: number; instances: number }[]>`
    select coalesce(sum(cpu_milli), 0)::int as cpu, coalesce(sum(memory_mib), 0)::int as memory, count(*)::int as instances from service_instance
    where tenant_id = ${at.tenantId} and environment = ${at.environment} and retired_at is null and (${at.clusterId ?? null}::text is null or cluster_id = ${at.clusterId ?? ''})`
  return used ?? { cpu: 0, memory: 0, instances: 0 }
}

/** Writes a tenant's quota in an environment. */
export async function writeQuota(
  tx: Transaction,
  quota: { tenantId: string; environment: string; cpu: number; memory: number; instances: number },
): Promise<void> {
  await tx.$executeRaw`
    insert into tenant_quota (tenant_id, environment, cpu_milli, memory_mib, instances) values (${quota.tenantId}, ${quota.environment}, ${quota.cpu}, ${quota.memory}, ${quota.instances})
    on conflict (tenant_id, environment) do update set cpu_milli = excluded.cpu_milli, memory_mib = excluded.memory_mib, instances = excluded.instances`
}
