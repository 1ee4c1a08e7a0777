import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { FreezeSpans } from './fit.ts'
import type { FluxFreeze } from './flux-hold.ts'
import type { FreezeDefinition } from './freeze.ts'
import type { Occurrence } from './recurrence.ts'

/** Months for which occurrences are written down ahead. */
export const HORIZON_MONTHS = 18

export type FreezeRow = FreezeDefinition & {
  id: string
  version: number
  ended: boolean
}

/**
 * Saving a freeze and starting a change exclude each other: a change that starts has seen every freeze saved before, and a freeze that is saved
 * finds every change that started before. Starts do not wait for one another.
 */
export async function lockFreezes(tx: Transaction, as: 'starting' | 'saving'): Promise<void> {
  if (as === 'starting')
    await tx.$executeRaw`select pg_advisory_xact_lock_shared(hashtextextended('freezes', 0))`
  else await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('freezes', 0))`
}

/** Now, and up to when occurrences are written down, by the database's clock. */
export async function horizonOf(tx: Transaction): Promise<{ now: Date; until: Date }> {
  const [row] = await tx.$queryRaw<{ now: Date; until: Date }[]>`
    select x.now, date_trunc('day', x.now at time zone 'UTC' + make_interval(months => ${HORIZON_MONTHS}::int)) at time zone 'UTC' as until
    from (select clock_timestamp() as now) x`
  if (!row) throw new Error('the database told no time')
  return row
}

/** Inserts a freeze, or writes a new version over it. */
export async function saveFreeze(
  tx: Transaction,
  freeze: FreezeDefinition & { id: string },
  expandedTo: Date,
): Promise<void> {
  const { id, name, kind, reason, owner, approvers, holdsFlux, scope, ...when } = freeze
  const columns = {
    ...{ name, kind, reason, owner, approvers, holds_flux: holdsFlux, ...scope },
    ...{ zone: when.zone, starts: when.start, duration: when.duration, rule: when.rule },
    ...{ except_at: when.except, also_at: when.also, expanded_to: expandedTo },
  }
  await tx.change_freeze.upsert({
    where: { id },
    create: { id, tenant_id: PLATFORM_TENANT, ...columns },
    update: columns,
    select: { id: true },
  })
}

/** Writes a freeze's occurrences from a moment on anew; what began before stays as it was. */
export async function writeOccurrences(
  tx: Transaction,
  { id, from, expandedTo }: { id: string; from: Date; expandedTo: Date },
  occurrences: readonly Occurrence[],
): Promise<void> {
  await tx.$executeRaw`delete from freeze_occurrence where freeze_id = ${id} and upper(during) > ${from}`
  const rows = JSON.stringify(occurrences.map(({ start, end }) => ({ start, end })))
  await tx.$executeRaw`
    insert into freeze_occurrence (freeze_id, tenant_id, during)
    select ${id}, ${PLATFORM_TENANT}, tstzrange(x.start, x."end", '[)') from jsonb_to_recordset(${rows}::jsonb) as x(start timestamptz, "end" timestamptz)`
  await tx.$executeRaw`update change_freeze set expanded_to = ${expandedTo} where id = ${id} and expanded_to <> ${expandedTo}`
}

/** One freeze, locked until the transaction ends; undefined where there is none. */
export async function lockFreeze(tx: Transaction, id: string): Promise<FreezeRow | undefined> {
  const [row] = await tx.$queryRaw<
    StoredFreeze[]
  >`select * from change_freeze where id = ${id} for update`
  return row ? freezeOf(row) : undefined
}

/** Freezes in force that are written down up to less than that moment. */
export async function shortFreezes(tx: Transaction, until: Date): Promise<FreezeRow[]> {
  const rows = await tx.$queryRaw<StoredFreeze[]>`
    select * from change_freeze where ended_at is null and expanded_to < ${until} order by id limit 50`
  return rows.map(freezeOf)
}

/** Ends a freeze for good; what of it is still to come goes. */
export async function endFreeze(
  tx: Transaction,
  { id, by, reason }: { id: string; by: string; reason: string },
): Promise<void> {
  await tx.$executeRaw`update change_freeze set ended_at = clock_timestamp(), ended_by = ${by}, end_reason = ${reason} where id = ${id}`
}

/** Does exactly one group bear that name? */
export async function isGroup(tx: Transaction, name: string): Promise<boolean> {
  return (await tx.directory_group.count({ where: { name } })) === 1
}

/** Tenants in which nobody of the group holds a role that decides; for every tenant somebody must bank-wide, else the platform's own is answered. */
export async function undecidedBy(
  tx: Transaction,
  group: string,
  tenants: readonly string[],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ slug: string }[]>`
    select t.slug from tenant t where case when ${[...tenants]}::text[] = '{}' then t.id = ${PLATFORM_TENANT} else t.slug = any (${[...tenants]}) end
      and not exists (select from directory_group g cross join lateral app.people_behind(g.id) b where g.name = ${group} and app.deciding(array(select app.principals_of(b.id)), t.id))
    order by t.slug`
  return rows.map(({ slug }) => slug)
}

/** Is the name borne by another freeze in force? */
export async function isNameTaken(tx: Transaction, name: string, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change_freeze where lower(name) = lower(${name}) and ended_at is null and id <> ${id}`
  return rows.length > 0
}

/** Names of the scope that nothing bears. */
export async function unknownIn(
  tx: Transaction,
  { tenants, environments, clusters }: FreezeDefinition['scope'],
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select x as name from unnest(${tenants}::text[]) x where not exists (select from tenant where slug = x)
    union all select x from unnest(${environments}::text[]) x where not exists (select from environment where name = x)
    union all select x from unnest(${clusters}::text[]) x where not exists (select from cluster where name = x)`
  return rows.map(({ name }) => name)
}

/** Minutes that a run is taken to last while too few of its kind have ended to tell. */
export const USUAL_MINUTES = 15
const LEAST_MINUTES = 5
const MOST_MINUTES = 240

/** How long a run of such a change is expected to take: nine in ten of the last 90 days took no longer. */
export async function expectedMinutes(tx: Transaction, kind: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ minutes: number | null }[]>`
    select case when count(*) >= 5 then ceil(percentile_cont(0.9) within group (order by extract(epoch from r.finished_at - r.started_at)) / 60)::int end as minutes
    from run r join change c on c.id = r.change_id
    where c.kind = ${kind} and r.state = 'succeeded' and r.finished_at > clock_timestamp() - interval '90 days'`
  return Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, row?.minutes ?? USUAL_MINUTES))
}

/** Does any freeze keep a run of this length from starting now? One indexed look. */
export async function isHeld(
  tx: Transaction,
  { changeId, minutes }: { changeId: string; minutes: number },
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ held: boolean }[]>`
    select exists (select from app.freezes_over(${changeId}) f cross join (select tstzrange(clock_timestamp(), clock_timestamp() + make_interval(mins => ${minutes}::int), '[)') as wish) w
      where case f.kind when 'maintenance_only' then not exists (select from freeze_occurrence o where o.freeze_id = f.id and o.during @> w.wish)
        else exists (select from freeze_occurrence o where o.freeze_id = f.id and o.during && w.wish) end) as held`
  return row?.held ?? false
}

/** The freezes in force over a change, with what of them is still to come. */
export async function freezesOver(tx: Transaction, changeId: string): Promise<FreezeSpans[]> {
  return tx.$queryRaw<FreezeSpans[]>`
    select f.id, f.name, f.kind, f.approvers, coalesce(jsonb_agg(jsonb_build_object('start', (extract(epoch from lower(o.during)) * 1000)::bigint, 'end', (extract(epoch from upper(o.during)) * 1000)::bigint)
        order by lower(o.during), upper(o.during)) filter (where o.during is not null), '[]') as spans
    from app.freezes_over(${changeId}) f left join freeze_occurrence o on o.freeze_id = f.id and upper(o.during) > clock_timestamp()
    group by f.id, f.name, f.kind, f.approvers order by f.name`
}

/** Freezes in force that hold Flux, with what of them is still to come. */
export async function fluxFreezes(tx: Transaction): Promise<(FluxFreeze & { name: string })[]> {
  return tx.$queryRaw<(FluxFreeze & { name: string })[]>`
    select f.id, f.name, f.kind, jsonb_build_object('tenants', f.tenants, 'environments', f.environments, 'clusters', f.clusters) as scope,
      coalesce((select jsonb_agg(jsonb_build_object('start', (extract(epoch from lower(o.during)) * 1000)::bigint, 'end', (extract(epoch from upper(o.during)) * 1000)::bigint)
        order by lower(o.during), upper(o.during)) from freeze_occurrence o where o.freeze_id = f.id and upper(o.during) > clock_timestamp()), '[]') as spans
    from change_freeze f where f.ended_at is null and f.holds_flux order by f.id`
}

type StoredFreeze = {
  id: string
  version: number
  name: string
  kind: FreezeDefinition['kind']
  reason: string
  owner: string
  approvers: string | null
  holds_flux: boolean
  tenants: string[]
  environments: string[]
  clusters: string[]
  zone: string
  starts: string
  duration: string
  rule: string | null
  except_at: string[]
  also_at: string[]
  ended_at: Date | null
}

function freezeOf(row: StoredFreeze): FreezeRow {
  return {
    ...{ id: row.id, version: row.version, ended: row.ended_at !== null },
    ...{ name: row.name, kind: row.kind, reason: row.reason, owner: row.owner },
    ...{ approvers: row.approvers, holdsFlux: row.holds_flux },
    scope: { tenants: row.tenants, environments: row.environments, clusters: row.clusters },
    ...{ zone: row.zone, start: row.starts, duration: row.duration, rule: row.rule },
    ...{ except: row.except_at, also: row.also_at },
  }
}
