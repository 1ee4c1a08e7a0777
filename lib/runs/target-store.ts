import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { StepState, Trouble } from './state.ts'
import { LEASE_SECONDS } from './store.ts'

export type PlannedTarget = { clusterId: string; namespace: string }

/** Makes the targets of a plan and the rows of one fan-out step for them; a repeat adds nothing. */
export async function openTargets(
  tx: Transaction,
  at: { runId: string; ordinal: number; tenantId: string },
  targets: readonly PlannedTarget[],
): Promise<number> {
  const rows = JSON.stringify(targets.map((target) => ({ id: newId('tgt'), ...target })))
  await tx.$executeRaw`
    insert into target (id, tenant_id, cluster_id, namespace)
    select x.id, ${at.tenantId}, x."clusterId", x.namespace
    from jsonb_to_recordset(${rows}::jsonb) as x(id text, "clusterId" text, namespace text)
    on conflict (cluster_id, namespace) do nothing`
  return tx.$executeRaw`
    insert into step_target (run_id, ordinal, target_id, cluster_id, tenant_id)
    select ${at.runId}, ${at.ordinal}, t.id, t.cluster_id, t.tenant_id
    from target t join jsonb_to_recordset(${rows}::jsonb) as x("clusterId" text, namespace text)
      on t.cluster_id = x."clusterId" and t.namespace = x.namespace
    where t.tenant_id = ${at.tenantId}
    on conflict (run_id, ordinal, target_id) do nothing`
}

export type ClaimedTarget = {
  id: bigint
  targetId: string
  clusterId: string
  clusterName: string
  namespace: string
  /** Kind of what applies the service there, by the inventory; null before it was placed. */
  applier: string | null
  attempts: number
  /** Seconds since the step began; a retry begins it anew. */
  elapsedSeconds: number
  fence: bigint
}

/**
 * Claims due targets of a step: raises each target's fence and sets its lease, so that no two workers ever apply to one target at once.
 * Rows whose worker died (lease over) are due again.
 */
export async function claimTargets(
  tx: Transaction,
  at: { runId: string; ordinal: number; worker: string },
  most: number,
): Promise<ClaimedTarget[]> {
  return tx.$queryRaw<ClaimedTarget[]>`
    with due as (
      select s.id, s.target_id from step_target s join target t on t.id = s.target_id
      where s.run_id = ${at.runId} and s.ordinal = ${at.ordinal}
        and (s.state in ('pending','waiting') and s.available_at <= clock_timestamp() or s.state = 'running')
        and (t.lease_until is null or t.lease_until < clock_timestamp())
      order by s.wave, s.available_at, s.id limit ${most} for update of s, t skip locked),
    held as (
      update target t set fence = t.fence + 1, holder = ${at.worker}, lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
      from due where t.id = due.target_id returning t.id, t.fence, t.namespace)
    update step_target s set state = 'running', worker = ${at.worker}, attempts = s.attempts + 1, fence = held.fence, updated_at = clock_timestamp()
    from due join held on held.id = due.target_id, cluster c, step p
    where s.id = due.id and c.id = s.cluster_id and p.run_id = s.run_id and p.ordinal = s.ordinal
    returning s.id, s.target_id as "targetId", s.cluster_id as "clusterId", c.name as "clusterName", held.namespace, app.applier_of(s.cluster_id, held.namespace) as applier, s.attempts, held.fence,
      coalesce(extract(epoch from clock_timestamp() - p.started_at), 0)::float8 as "elapsedSeconds"`
}

/** Extends the leases of claimed targets, by worker: what it lost stays lost. */
export async function renewTargets(
  tx: Transaction,
  worker: string,
  targetIds: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    update target set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = any(${[...targetIds]}) and holder = ${worker}`
}

export type TargetSettlement = {
  id: bigint
  targetId: string
  fence: bigint
  state: StepState
  waitSeconds?: number
  trouble?: Trouble
  forgetAttempt?: boolean
  primed?: boolean
}

/** Writes outcomes where the fence still matches, frees the leases; returns the ids of the targets that were ours to write. */
export async function settleTargets(
  tx: Transaction,
  settlements: readonly TargetSettlement[],
): Promise<ReadonlySet<string>> {
  if (settlements.length === 0) return new Set()
  const rows = JSON.stringify(
    settlements.map((s) => ({
      id: String(s.id),
      target: s.targetId,
      fence: String(s.fence),
      state: s.state,
      wait: s.waitSeconds ?? 0,
      error: s.trouble ?? null,
      forget: s.forgetAttempt ?? false,
      primed: s.primed ?? false,
    })),
  )
  const written = await tx.$queryRaw<{ id: string }[]>`
    with x as (select * from jsonb_to_recordset(${rows}::jsonb)
        as x(id bigint, target text, fence bigint, state text, wait double precision, error jsonb, forget boolean, primed boolean)),
    free as (
      update target t set lease_until = null, holder = null, state = case when x.primed then 'primed' else t.state end,
        applied_at = case when x.primed then clock_timestamp() else t.applied_at end
      from x where t.id = x.target and t.fence = x.fence returning t.id)
    update step_target s set state = x.state, available_at = clock_timestamp() + make_interval(secs => x.wait), error = nullif(x.error, 'null'::jsonb),
      attempts = case when x.forget then greatest(s.attempts - 1, 0) else s.attempts end, updated_at = clock_timestamp()
    from x join free on free.id = x.target where s.id = x.id and s.fence = x.fence returning s.target_id as id`
  return new Set(written.map((row) => row.id))
}

/** Counts of a step's targets by state, and seconds until the next is due (null when none waits). */
export async function targetCounts(
  tx: Transaction,
  runId: string,
  ordinal: number,
): Promise<{ counts: Partial<Record<StepState, number>>; dueInSeconds: number | null }> {
  const rows = await tx.$queryRaw<{ state: StepState; n: number; due: number | null }[]>`
    select state, count(*)::int as n,
      min(extract(epoch from case when state = 'running' then coalesce((select lease_until from target where id = target_id), clock_timestamp()) else available_at end - clock_timestamp()))::float8 as due
    from step_target where run_id = ${runId} and ordinal = ${ordinal} group by state`
  const open = rows.filter((row) => ['pending', 'waiting', 'running'].includes(row.state))
  const due = open.map((row) => row.due ?? 0)
  return {
    counts: Object.fromEntries(rows.map((row) => [row.state, row.n])),
    dueInSeconds: due.length > 0 ? Math.max(0, Math.min(...due)) : null,
  }
}

/** Ids of the targets at places; those that never were opened have none. */
export async function openTargetIds(
  tx: Transaction,
  places: readonly PlannedTarget[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select t.id from target t join jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as x("clusterId" text, namespace text)
      on t.cluster_id = x."clusterId" and t.namespace = x.namespace`
  return rows.map(({ id }) => id)
}

export type AppliedObject = {
  apiVersion: string
  kind: string
  namespace: string
  name: string
  uid: string
  manifestHash: string
  /** It stood before we applied it: never ours to delete. Once said, it stays said. */
  existedBefore?: boolean
}

/** Writes the inventory of a target: what of ours stands there, with uids; the basis of every later prune. */
export async function recordInventory(
  tx: Transaction,
  at: { targetId: string; tenantId: string },
  objects: readonly AppliedObject[],
): Promise<void> {
  await tx.$executeRaw`
    insert into target_object (target_id, tenant_id, api_version, kind, namespace, name, uid, manifest_hash, existed_before)
    select ${at.targetId}, ${at.tenantId}, x."apiVersion", x.kind, x.namespace, x.name, x.uid, decode(x."manifestHash", 'hex'), coalesce(x."existedBefore", false)
    from jsonb_to_recordset(${JSON.stringify(objects)}::jsonb) as x("apiVersion" text, kind text, namespace text, name text, uid text, "manifestHash" text, "existedBefore" boolean)
    on conflict (target_id, api_version, kind, namespace, name) do update set uid = excluded.uid, manifest_hash = excluded.manifest_hash, existed_before = target_object.existed_before or excluded.existed_before`
}
