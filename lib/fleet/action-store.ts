import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

export type ActionKind = 'reconcile' | 'suspend' | 'resume'

export type AskedAction = {
  tenantId: string
  kind: ActionKind
  reason: string
  /** Of a suspension: hours until it ends by itself. */
  hours: number | null
}

/** Running instances of a service, in one environment or all: what an action may be asked of. */
export async function liveInstances(
  tx: Transaction,
  serviceId: string,
  environment: string,
): Promise<{ id: string; tenantId: string }[]> {
  return tx.$queryRaw<{ id: string; tenantId: string }[]>`
    select id, tenant_id as "tenantId" from service_instance where service_id = ${serviceId} and retired_at is null and (${environment} = '' or environment = ${environment}) order by id`
}

/** Writes what was asked of some instances; answers the ids of the acts. */
export async function insertActions(
  tx: Transaction,
  instances: readonly string[],
  { tenantId, kind, reason, hours }: AskedAction,
): Promise<string[]> {
  const rows = instances.map((instance) => ({ id: newId('fxa'), instance }))
  await tx.$executeRaw`
    insert into flux_action (id, tenant_id, instance_id, kind, reason, until, asked_by)
    select x.id, ${tenantId}, x.instance, ${kind}, ${reason}, clock_timestamp() + make_interval(hours => ${hours}::int), app.actor()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(id text, instance text)`
  return rows.map(({ id }) => id)
}

export type LiveAction = {
  id: string
  tenantId: string
  instanceId: string
  kind: ActionKind
  reason: string
  state: 'asked' | 'done' | 'failed'
  attempts: number
  by: string
  clusterId: string
  namespace: string
  service: string
  /** Kind of what applies it, by the inventory; null where it has none. */
  applier: string | null
  serviceId: string
  /** Seconds until a suspension ends; null for what has no end. */
  endsInSeconds: number | null
  /** Did somebody suspend or resume the instance after this act? */
  overtaken: boolean
}

/** One act with where it is to be done; undefined where the instance has ended. Locked until the transaction ends. */
export async function lockAction(tx: Transaction, id: string): Promise<LiveAction | undefined> {
  const rows = await tx.$queryRaw<LiveAction[]>`
    select a.id, a.tenant_id as "tenantId", a.instance_id as "instanceId", a.kind, a.reason, a.state, a.attempts::int as attempts, coalesce(p.display_name, 'Stairway') as by,
      i.cluster_id as "clusterId", i.namespace, app.applier_of(i.cluster_id, i.namespace) as applier, c.name as service, c.id as "serviceId", extract(epoch from a.until - clock_timestamp())::float8 as "endsInSeconds",
      exists (select 1 from flux_action o where o.instance_id = a.instance_id and o.kind in ('suspend','resume') and o.asked_at > a.asked_at) as overtaken
    from flux_action a join service_instance i on i.id = a.instance_id join ci c on c.id = i.service_id left join person p on p.id = a.asked_by
    where a.id = ${id} and i.retired_at is null for update of a`
  return rows[0]
}

/** Writes what came of an act, or why it is tried again. */
export async function settleAction(
  tx: Transaction,
  id: string,
  { state, detail }: { state: 'asked' | 'done' | 'failed'; detail: string | null },
): Promise<void> {
  await tx.$executeRaw`
    update flux_action set state = ${state}, detail = ${detail?.slice(0, 1000) ?? null}, attempts = attempts + 1,
      ended_at = case when ${state} <> 'asked' then clock_timestamp() end where id = ${id} and state = 'asked'`
}
