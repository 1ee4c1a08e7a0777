import { readsAcross } from '#lib/auth/permissions.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { freeSlots } from './fit.ts'
import type { FreezeDefinition } from './freeze.ts'
import { expectedMinutes, freezesOver, horizonOf } from './store.ts'

export type ShownFreeze = FreezeDefinition & {
  id: string
  version: number
  /** The occurrence that lasts, or the next; null where none is left in the next 18 months. */
  next: { start: string; end: string; lasts: boolean } | null
  /** How many changes of those that the viewer sees it holds. */
  holds: number
  /** Of one that holds Flux: how many objects that the viewer sees, how many of them are suspended, and on how many clusters that did not work yet. Null: it leaves Flux alone. */
  flux: { all: number; held: number; found: number; trouble: number } | null
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Freezes in force that concern the viewer, those that last first, then by when they come. Whoever reads their own tenants only is not told of the others in a scope. */
export async function readFreezes(platform: Platform, viewer: Viewer): Promise<ShownFreeze[]> {
  const everything = readsAcross(viewer)
  return platform.read(viewer, async (tx) => {
    const own = await ownSlugs(tx, viewer)
    const rows = await tx.$queryRaw<ShownFreeze[]>`
      select f.id, f.version, f.name, f.kind, f.reason, f.owner, f.approvers, f.holds_flux as "holdsFlux", f.zone, f.starts as start, f.duration, f.rule, f.except_at as except, f.also_at as also,
        jsonb_build_object('tenants', f.tenants, 'environments', f.environments, 'clusters', f.clusters) as scope,
        case when o.during is not null then jsonb_build_object('start', to_char(lower(o.during) at time zone 'UTC', ${ISO}), 'end', to_char(upper(o.during) at time zone 'UTC', ${ISO}),
          'lasts', o.during @> clock_timestamp()) end as next,
        (select count(*)::int from change c where c.state = 'blocked' and c.held_by = f.id) as holds,
        case when f.holds_flux then (select jsonb_build_object('all', count(*), 'held', count(*) filter (where h.state in ('held','found')), 'found', count(*) filter (where h.state = 'found'),
            'trouble', count(distinct h.cluster_id) filter (where h.state = 'asked' and h.detail is not null))
          from freeze_hold h where h.ended_at is null and h.state <> 'releasing' and f.id = any (h.freezes)) end as flux
      from change_freeze f left join lateral (
        select during from freeze_occurrence x where x.freeze_id = f.id and upper(x.during) > clock_timestamp() order by lower(x.during) limit 1) o on true
      where f.ended_at is null and (${everything} or f.tenants = '{}' or f.tenants && ${own})
      order by lower(o.during) nulls last, f.name`
    const mine = (tenants: string[]) =>
      everything ? tenants : tenants.filter((slug) => own.includes(slug))
    return rows.map((row) => ({
      ...row,
      scope: { ...row.scope, tenants: mine(row.scope.tenants) },
    }))
  })
}

async function ownSlugs(tx: Transaction, viewer: Viewer): Promise<string[]> {
  const rows = await tx.tenant.findMany({
    where: { id: { in: Object.keys(viewer.roles) } },
    select: { slug: true },
  })
  return rows.map(({ slug }) => slug)
}

/** What a scope may name. */
export async function readScopeNames(
  platform: Platform,
  viewer: Viewer,
): Promise<FreezeDefinition['scope']> {
  return platform.read(viewer, async (tx) => {
    const [row] = await tx.$queryRaw<FreezeDefinition['scope'][]>`
      select array(select slug from tenant where slug <> 'platform' order by slug) as tenants,
        array(select name from environment order by rank) as environments, array(select name from cluster where state <> 'retired' order by name) as clusters`
    return row ?? { tenants: [], environments: [], clusters: [] }
  })
}

/** The next five times in which a run of the change fits every freeze over it, and how long it is expected to take. A time without an end is free as far as is known. */
export async function readSlots(
  platform: Platform,
  viewer: Viewer,
  { changeId, kind }: { changeId: string; kind: string },
): Promise<{ slots: { start: string; end: string | null }[]; minutes: number }> {
  return platform.read(viewer, async (tx) => {
    const minutes = await expectedMinutes(tx, kind)
    const { now, until } = await horizonOf(tx)
    const wish = { from: now.getTime(), length: minutes * 60_000, horizon: until.getTime() }
    const slots = freeSlots(await freezesOver(tx, changeId), wish, 5).map(({ start, end }) => ({
      start: new Date(start).toISOString(),
      end: end < wish.horizon ? new Date(end).toISOString() : null,
    }))
    return { slots, minutes }
  })
}
