import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

export type DriftPolicy = 'report' | 'repair' | 'approve'

/** Where an instance stands, and what its tenant wants done about drift there. */
export type DriftPlace = {
  targetId: string
  tenantId: string
  serviceId: string
  clusterId: string
  cluster: string
  namespace: string
  environment: string
  policy: DriftPolicy
  /** Findings that stand. */
  open: number
}

/** The place of a running instance; undefined where nothing of ours was placed. */
export async function driftPlace(
  tx: Transaction,
  at: { instanceId: string } | { targetId: string },
): Promise<DriftPlace | undefined> {
  const [instance, target] = 'instanceId' in at ? [at.instanceId, null] : [null, at.targetId]
  const rows = await tx.$queryRaw<DriftPlace[]>`
    select t.id as "targetId", t.tenant_id as "tenantId", i.service_id as "serviceId", t.cluster_id as "clusterId", c.name as cluster, t.namespace, i.environment,
      coalesce(p.policy, case when e.production then 'report' else 'repair' end) as policy,
      (select count(*)::int from drift_finding f where f.target_id = t.id and f.resolved_at is null) as open
    from service_instance i join target t on t.cluster_id = i.cluster_id and t.namespace = i.namespace join cluster c on c.id = i.cluster_id
      join environment e on e.name = i.environment left join drift_policy p on p.tenant_id = t.tenant_id and p.environment = i.environment
    where i.retired_at is null and (i.id = ${instance} or t.id = ${target})`
  return rows[0]
}

/** Writes that a repair is asked for, or proposed; undefined where one is open already. */
export async function insertRepair(
  tx: Transaction,
  { tenantId, targetId }: { tenantId: string; targetId: string },
  asked: { state: 'asked' | 'proposed'; reason: string; takeOver: boolean },
): Promise<string | undefined> {
  const id = newId('drr')
  const inserted = await tx.$executeRaw`
    insert into drift_repair (id, tenant_id, target_id, reason, take_over, asked_by, state)
    values (${id}, ${tenantId}, ${targetId}, ${asked.reason}, ${asked.takeOver}, app.actor(), ${asked.state})
    on conflict (target_id) where ended_at is null do nothing`
  return inserted > 0 ? id : undefined
}

/** Whether a repair without a person was tried there within the hour and did not help. */
export async function failedLately(tx: Transaction, targetId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select 1 from drift_repair where target_id = ${targetId} and state = 'failed' and asked_by like 'sys:%' and asked_at > clock_timestamp() - interval '1 hour' limit 1`
  return rows.length > 0
}

export type Repair = {
  id: string
  tenantId: string
  targetId: string
  state: 'proposed' | 'asked' | 'done' | 'failed'
  askedBy: string
  reason: string
  takeOver: boolean
  attempts: number
  /** Whether it places a rebuilt cluster's target anew. */
  rebuilds: boolean
}

/** One repair, locked until the transaction ends. */
export async function lockRepair(tx: Transaction, id: string): Promise<Repair | undefined> {
  const rows = await tx.$queryRaw<Repair[]>`
    select id, tenant_id as "tenantId", target_id as "targetId", state, asked_by as "askedBy", reason, take_over as "takeOver", attempts::int as attempts, rebuild_id is not null as rebuilds
    from drift_repair where id = ${id} for update`
  return rows[0]
}

/** A second person's word: the worker may begin, or it ends there. */
export async function decideRepair(tx: Transaction, id: string, approved: boolean): Promise<void> {
  await tx.$executeRaw`
    update drift_repair set state = case when ${approved} then 'asked' else 'failed' end, approved_by = app.actor(), approved_at = clock_timestamp(),
      detail = case when not ${approved} then 'Declined.' end, ended_at = case when not ${approved} then clock_timestamp() end
    where id = ${id} and state = 'proposed'`
}

/** Writes what came of a repair, or why it is tried again. */
export async function settleRepair(
  tx: Transaction,
  id: string,
  { state, detail }: { state: 'asked' | 'done' | 'failed'; detail: string },
): Promise<void> {
  await tx.$executeRaw`
    update drift_repair set state = ${state}, detail = ${detail.slice(0, 1000)}, attempts = attempts + 1,
      ended_at = case when ${state} <> 'asked' then clock_timestamp() end where id = ${id} and state = 'asked'`
}

/** Takes a target for a repair, as a run takes it: nobody else applies to it meanwhile. `busy` where somebody works on it, `gone` where it is let go of. */
export async function holdTarget(
  tx: Transaction,
  targetId: string,
  { holder, seconds }: { holder: string; seconds: number },
): Promise<'held' | 'busy' | 'gone'> {
  const held = await tx.$executeRaw`
    update target set fence = fence + 1, holder = ${holder}, lease_until = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    where id = ${targetId} and state in ('primed','drifted') and (lease_until is null or lease_until < clock_timestamp())`
  if (held > 0) return 'held'
  const standing = await tx.$queryRaw<unknown[]>`
    select 1 from target where id = ${targetId} and state in ('primed','drifted')`
  return standing.length > 0 ? 'busy' : 'gone'
}

/** Gives a target back. */
export async function freeTarget(tx: Transaction, targetId: string, holder: string): Promise<void> {
  await tx.$executeRaw`
    update target set holder = null, lease_until = null where id = ${targetId} and holder = ${holder}`
}

/** Writes what a tenant wants done about drift in an environment. */
export async function writeDriftPolicy(
  tx: Transaction,
  { tenantId, environment, policy }: { tenantId: string; environment: string; policy: DriftPolicy },
): Promise<void> {
  await tx.$executeRaw`
    insert into drift_policy (tenant_id, environment, policy, set_by) values (${tenantId}, ${environment}, ${policy}, app.actor())
    on conflict (tenant_id, environment) do update set policy = excluded.policy, set_by = excluded.set_by, set_at = clock_timestamp()`
}
