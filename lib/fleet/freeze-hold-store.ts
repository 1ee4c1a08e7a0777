import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import { Prisma } from '#prisma/generated/client.ts'

type LiveState = 'asked' | 'held' | 'found' | 'releasing'

/** An instance that freezes may hold. */
type HeldPlaceRow = {
  instance: string
  tenant: string
  environment: string
  cluster: string
  busy: boolean
  retiring: boolean
}

/** What is written of an instance that is held, or was a moment ago. */
type LiveHoldRow = {
  id: string
  instance: string
  state: LiveState
  freezes: string[]
  until: number | null
  loose: boolean
}

/** One writer at a time: whoever comes meanwhile has nothing to do. */
export async function takeHolds(tx: Transaction): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(hashtextextended('freeze holds', 0)) as taken`
  return row?.taken ?? false
}

/** Every hold that is not over, and whether its object was seen running, or placed anew, since it was looked at last. */
export async function readLiveHolds(tx: Transaction): Promise<LiveHoldRow[]> {
  return tx.$queryRaw<LiveHoldRow[]>`
    select h.id, h.instance_id as instance, h.state, h.freezes, (extract(epoch from h.until) * 1000)::float8 as until,
      h.state in ('held','found') and (exists (select from flux_object o join cluster_state s on s.cluster_id = o.cluster_id
          where o.instance_id = h.instance_id and o.kind in ('Kustomization','HelmRelease') and not o.suspended and s.polled_at > h.checked_at)
        or exists (select from drift_repair d join target g on g.id = d.target_id join service_instance i on i.id = h.instance_id
          where g.cluster_id = i.cluster_id and g.namespace = i.namespace and d.state = 'done' and d.ended_at > h.checked_at)) as loose
    from freeze_hold h where h.ended_at is null order by h.id`
}

/** The running instances in the scopes of some freezes, and those that are held; a run that works on one makes it busy, its offboarding retiring. */
export async function readHeldPlaces(
  tx: Transaction,
  freezes: readonly string[],
): Promise<HeldPlaceRow[]> {
  return tx.$queryRaw<HeldPlaceRow[]>`
    with busy as (select distinct g.cluster_id, g.namespace from run r join step_target x on x.run_id = r.id join target g on g.id = x.target_id where r.state in ('running','waiting')),
    place as (
      select h.instance_id as id from freeze_hold h where h.ended_at is null
      union select i.id from change_freeze f cross join service_instance i join tenant t on t.id = i.tenant_id join cluster k on k.id = i.cluster_id
      where f.id = any (${[...freezes]}) and i.retired_at is null and (f.tenants = '{}' or t.slug = any (f.tenants)) and (f.environments = '{}' or i.environment = any (f.environments))
        and (f.clusters = '{}' or k.name = any (f.clusters)) and exists (select from flux_object o where o.instance_id = i.id and o.kind in ('Kustomization','HelmRelease')))
    select i.id as instance, t.slug as tenant, i.environment, k.name as cluster, c.status = 'pending_retirement' as retiring, exists (select from busy b where b.cluster_id = i.cluster_id and b.namespace = i.namespace) as busy
    from place p join service_instance i on i.id = p.id join ci c on c.id = i.service_id join tenant t on t.id = i.tenant_id join cluster k on k.id = i.cluster_id where i.retired_at is null order by i.id`
}

type Wanted = { freezes: string[]; until: number | null }

/** What of the holds is to be written. */
export type HoldChanges = {
  begin: readonly (Wanted & { instance: string })[]
  amend: readonly (Wanted & { id: string; ask: boolean })[]
  release: readonly string[]
  leave: readonly string[]
  gone: readonly string[]
}

/** Writes what is to be asked of the clusters, before any of them is touched. */
export async function writeHolds(tx: Transaction, changes: HoldChanges): Promise<void> {
  const begin = changes.begin.map((hold) => ({ ...hold, id: newId('fzh') }))
  if (begin.length > 0)
    await tx.$executeRaw`
      insert into freeze_hold (id, tenant_id, instance_id, cluster_id, freezes, until)
      select x.id, i.tenant_id, i.id, i.cluster_id, x.freezes, to_timestamp(x.until / 1000) from jsonb_to_recordset(${JSON.stringify(begin)}::jsonb) as x(id text, instance text, freezes text[], until float8)
        join service_instance i on i.id = x.instance on conflict do nothing`
  if (changes.amend.length > 0)
    await tx.$executeRaw`
      update freeze_hold h set freezes = x.freezes, until = to_timestamp(x.until / 1000), state = case when x.ask then 'asked' else h.state end, round = h.round + case when x.ask then 1 else 0 end,
        attempts = case when x.ask then 0 else h.attempts end, retry_at = case when x.ask then null else h.retry_at end,
        detail = case when x.ask then null else h.detail end, wanted_at = case when x.ask then clock_timestamp() else h.wanted_at end, told_at = case when x.ask then null else h.told_at end
      from jsonb_to_recordset(${JSON.stringify(changes.amend)}::jsonb) as x(id text, freezes text[], until float8, ask boolean) where h.id = x.id and h.ended_at is null`
  await tx.$executeRaw`
    update freeze_hold set state = 'releasing', attempts = 0, retry_at = null, detail = null, wanted_at = clock_timestamp(), told_at = null where id = any (${[...changes.release]}) and ended_at is null`
  await tx.$executeRaw`
    update freeze_hold set state = 'kept', ended_at = clock_timestamp() where id = any (${[...changes.leave]}) and state = 'found'`
  await tx.$executeRaw`
    update freeze_hold set state = 'gone', ended_at = clock_timestamp() where id = any (${[...changes.gone]}) and ended_at is null`
}

/** Rows of `h` whose instance is not being offboarded: what becomes of its Flux is not a freeze's to say then. */
export const NOT_RETIRING = Prisma.sql`not exists (
  select from service_instance ri join ci rc on rc.id = ri.service_id where ri.id = h.instance_id and rc.status = 'pending_retirement')`

/** Clusters on which something is to be suspended or resumed now, and nobody is at it. */
export async function clustersToVisit(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select distinct h.cluster_id as id from freeze_hold h where h.state in ('asked','releasing') and coalesce(h.retry_at, '-infinity') <= clock_timestamp() and coalesce(h.lease_until, '-infinity') <= clock_timestamp()
      and ${NOT_RETIRING}
    order by 1`
  return rows.map(({ id }) => id)
}

export type ClaimedHold = {
  id: string
  tenantId: string
  instanceId: string
  serviceId: string
  service: string
  cluster: string
  namespace: string
  environment: string
  /** Kind of what applies it, by the inventory; null where it has none. */
  applier: string | null
  state: 'asked' | 'releasing'
  round: number
  attempts: number
  /** It is known that we suspended it. */
  wasHeld: boolean
  /** Whoever claimed it before has not given it back: they are dead, or silent and may write still. */
  takenOver: boolean
  until: Date | null
  /** Names of the freezes. */
  freezes: string[]
}

/** Takes what is due on a cluster, what was tried least first: nobody else works on it until the lease is over or given back. */
export async function claimHolds(
  tx: Transaction,
  clusterId: string,
  { holder, seconds, most }: { holder: string; seconds: number; most: number },
): Promise<ClaimedHold[]> {
  return tx.$queryRaw<ClaimedHold[]>`
    with due as (select h.id, h.holder is not null as taken_over from freeze_hold h where h.cluster_id = ${clusterId} and h.state in ('asked','releasing') and coalesce(h.retry_at, '-infinity') <= clock_timestamp()
        and coalesce(h.lease_until, '-infinity') <= clock_timestamp() and ${NOT_RETIRING} order by h.attempts, h.id limit ${most} for update skip locked),
    taken as (update freeze_hold h set holder = ${holder}, lease_until = clock_timestamp() + make_interval(secs => ${seconds}::int) from due where h.id = due.id returning h.*, due.taken_over)
    select h.id, h.tenant_id as "tenantId", h.instance_id as "instanceId", c.id as "serviceId", c.name as service, k.name as cluster, i.namespace, i.environment,
      app.applier_of(i.cluster_id, i.namespace) as applier, h.state, h.round, h.attempts, h.held_at is not null as "wasHeld", h.taken_over as "takenOver", h.until,
      array(select f.name from change_freeze f where f.id = any (h.freezes) order by f.name) as freezes
    from taken h join service_instance i on i.id = h.instance_id join ci c on c.id = i.service_id join cluster k on k.id = h.cluster_id order by h.attempts, h.id`
}

/** What the database says at this moment of a hold, and of who else suspended its object. */
export type HoldNow = {
  suspendedBy: string | null
  handedOver: boolean
  over: boolean
  retiring: boolean
  /** Somebody's act of suspending or resuming it is under way. */
  acting: boolean
}

/** What may have changed since a hold was claimed: who suspended the instance, whether the hold is over, whether the instance is being offboarded. Asked just before the object is written. */
export async function holdNow(
  tx: Transaction,
  { id, instanceId }: Pick<ClaimedHold, 'id' | 'instanceId'>,
): Promise<HoldNow> {
  const [row] = await tx.$queryRaw<HoldNow[]>`
    select app.suspended_by(${instanceId}) as "suspendedBy", h.handed_over as "handedOver", h.ended_at is not null as over, not ${NOT_RETIRING} as retiring,
      exists (select from flux_action a where a.instance_id = ${instanceId} and a.kind in ('suspend','resume') and a.state = 'asked') as acting
    from freeze_hold h where h.id = ${id}`
  return row ?? { suspendedBy: null, handedOver: false, over: true, retiring: false, acting: false }
}

export type HoldOutcome = { state: 'held' | 'found' | 'released' | 'kept'; detail: string | null }

/** Writes what came of a claimed hold; false where it was taken over or asked otherwise meanwhile, or where what another had suspended was handed over since it was looked at. */
export async function settleHold(
  tx: Transaction,
  { id, state: asked, round }: Pick<ClaimedHold, 'id' | 'state' | 'round'>,
  { holder, outcome }: { holder: string; outcome: HoldOutcome },
): Promise<boolean> {
  const { state, detail } = outcome
  const written = await tx.$executeRaw`
    update freeze_hold set state = ${state}, detail = ${detail?.slice(0, 1000) ?? null}, attempts = 0, retry_at = null, holder = null, lease_until = null, checked_at = clock_timestamp(), told_at = null,
      held_at = case when ${state} = 'held' then coalesce(held_at, clock_timestamp()) else held_at end, ended_at = case when ${state} in ('released','kept') then clock_timestamp() end
    where id = ${id} and state = ${asked} and round = ${round}::int and holder = ${holder} and not (handed_over and ${state} = 'found')`
  return written === 1
}

/** Says why holds could not be looked after, and when that is tried again. */
export async function putOffHolds(
  tx: Transaction,
  ids: readonly string[],
  { holder, detail, seconds }: { holder: string; detail: string; seconds: number },
): Promise<void> {
  await tx.$executeRaw`
    update freeze_hold set detail = ${detail.slice(0, 1000)}, attempts = attempts + 1, retry_at = clock_timestamp() + make_interval(secs => ${seconds}::float8)
    where id = any (${[...ids]}) and holder = ${holder} and ended_at is null`
}

/** Gives back what a worker claimed and has not settled. */
export async function freeHolds(tx: Transaction, holder: string): Promise<void> {
  await tx.$executeRaw`
    update freeze_hold set holder = null, lease_until = null where holder = ${holder} and ended_at is null`
}

/** How many objects of Flux lie in a scope, and on how many clusters. */
export async function fluxInScope(
  tx: Transaction,
  scope: { tenants: string[]; environments: string[]; clusters: string[] },
): Promise<{ objects: number; clusters: number }> {
  const [row] = await tx.$queryRaw<{ objects: number; clusters: number }[]>`
    select count(*)::int as objects, count(distinct i.cluster_id)::int as clusters from service_instance i join tenant t on t.id = i.tenant_id join cluster k on k.id = i.cluster_id
    where i.retired_at is null and (${scope.tenants} = '{}'::text[] or t.slug = any (${scope.tenants})) and (${scope.environments} = '{}'::text[] or i.environment = any (${scope.environments}))
      and (${scope.clusters} = '{}'::text[] or k.name = any (${scope.clusters})) and exists (select from flux_object o where o.instance_id = i.id and o.kind in ('Kustomization','HelmRelease'))`
  return row ?? { objects: 0, clusters: 0 }
}

/** Do freezes hold what applies a target? */
export async function isHeldByFreeze(
  tx: Transaction,
  { clusterId, namespace }: { clusterId: string; namespace: string },
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ held: boolean }[]>`
    select exists (select from freeze_hold h join service_instance i on i.id = h.instance_id where i.cluster_id = ${clusterId} and i.namespace = ${namespace} and h.state in ('asked','held','found')) as held`
  return row?.held ?? false
}

/** The hold of freezes under which an instance is, locked: resuming it is theirs, and what another suspended becomes theirs. Null where none holds it. */
export async function handOver(tx: Transaction, instanceId: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ id: string; name: string }[]>`
    select h.id, (select string_agg(f.name, ', ' order by f.name) from change_freeze f where f.id = any (h.freezes)) as name
    from freeze_hold h where h.instance_id = ${instanceId} and h.state in ('asked','held','found') for update`
  if (!row) return null
  await tx.$executeRaw`
    update freeze_hold set handed_over = true, state = case state when 'found' then 'held' else state end, detail = null,
      held_at = case state when 'found' then clock_timestamp() else held_at end where id = ${row.id}`
  return row.name
}
