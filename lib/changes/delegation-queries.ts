import { holdsPlatform } from '#lib/auth/permissions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ListedDelegation = {
  id: string
  delegatorId: string
  delegator: string
  delegateId: string
  delegate: string
  /** Name of the tenant; null where it holds for groups in every tenant. */
  tenant: string | null
  groups: string[]
  from: string
  until: string
  reason: string | null
  /** `idle`: in its period, and yet of no use, because one of the two lost what it rests on. */
  state: 'ahead' | 'in_force' | 'idle' | 'over' | 'ended'
  endedAt: string | null
  endedBy: string | null
  endReason: string | null
  /** Votes that were first given by it. */
  votes: number
}

const PAGE = 50
const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

type Part = 'given' | 'received' | 'all'
type Row = ListedDelegation & { madeAt: string }

/** Delegations that the viewer gave, or received, newest first: wherever they are, whatever roles are left to the viewer. */
export async function delegationsOf(
  platform: Platform,
  viewer: Viewer,
): Promise<{ given: ListedDelegation[]; received: ListedDelegation[] }> {
  const own = { actor: viewer.id, tenants: [], as: 'stairway_platform' } as const
  return platform.db.inContext(own, async (tx) => ({
    given: await rowsOf(tx, { part: 'given', viewerId: viewer.id, most: PAGE }),
    received: await rowsOf(tx, { part: 'received', viewerId: viewer.id, most: PAGE }),
  }))
}

/** Everybody's, newest first, a page at a time; for administrators and auditors of the platform alone, others are told of none. */
export async function listDelegations(
  platform: Platform,
  viewer: Viewer,
  request: PageRequest,
): Promise<ListPage<ListedDelegation>> {
  const place = readPlace(request.before ?? request.after, ['time', 'text'])
  const backwards = request.before !== undefined && place !== undefined
  if (!holdsPlatform(viewer, 'platform.read')) return { rows: [] }
  const rows = await platform.read(viewer, (tx) =>
    rowsOf(tx, { part: 'all', viewerId: viewer.id, most: PAGE + 1, place, backwards }),
  )
  return cutPage(rows, PAGE, {
    request: backwards ? request : { after: place && request.after },
    placeOf: (row) => [row.madeAt, row.id],
  })
}

type Asked = {
  part: Part
  viewerId: string
  most: number
  place?: ReturnType<typeof readPlace>
  backwards?: boolean
}

function rowsOf(
  tx: Transaction,
  { part, viewerId, most, place, backwards = false }: Asked,
): Promise<Row[]> {
  return tx.$queryRaw<Row[]>`
    select d.id, d.delegator_id as "delegatorId", a.display_name as delegator, d.delegate_id as "delegateId", b.display_name as delegate,
      case when d.principals = '{}' then t.name end as tenant,
      coalesce((select array_agg(coalesce(g.name, 'by name') order by g.name) from unnest(d.principals) q(id) left join directory_group g on g.id = q.id), '{}') as groups,
      to_char(d.starts_at at time zone 'UTC', ${ISO}) as from, to_char(d.ends_at at time zone 'UTC', ${ISO}) as until, d.reason, to_char(d.made_at at time zone 'UTC', ${ISO}) as "madeAt",
      case when d.ended_at is not null then 'ended' when d.ends_at <= clock_timestamp() then 'over' when d.starts_at > clock_timestamp() then 'ahead'
        when app.delegation_holds(d.delegator_id, d.delegate_id, d.tenant_id, d.principals) then 'in_force' else 'idle' end as state,
      to_char(d.ended_at at time zone 'UTC', ${ISO}) as "endedAt", coalesce(e.display_name, case when d.ended_by is not null then 'Stairway' end) as "endedBy", d.end_reason as "endReason",
      (select count(*)::int from decision x where x.delegation_id = d.id and x.carried_from is null) as votes
    from delegation d join person a on a.id = d.delegator_id join person b on b.id = d.delegate_id join tenant t on t.id = d.tenant_id left join person e on e.id = d.ended_by
    where (${part} = 'all' or case when ${part} = 'given' then d.delegator_id else d.delegate_id end = ${viewerId})
      and (${place?.[0] ?? null}::text is null
        or (not ${backwards} and (d.made_at, d.id) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
        or (${backwards} and (d.made_at, d.id) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
    order by case when ${backwards} then d.made_at end asc, case when ${backwards} then d.id end asc, d.made_at desc, d.id desc limit ${most}`
}

export type DelegationChoices = {
  /** Tenants in which the viewer decides. */
  tenants: { slug: string; name: string }[]
  /** Groups of the viewer, and themselves by name, that somebody could stand in for. */
  groups: { id: string; name: string }[]
  /** Who could stand in for any of it. */
  people: { id: string; name: string; userName: string }[]
}

/** What the viewer may delegate, and to whom. */
export async function delegationChoices(
  platform: Platform,
  viewer: Viewer,
): Promise<DelegationChoices> {
  const own = { actor: viewer.id, tenants: [], as: 'stairway_platform' } as const
  const [row] = await platform.db.inContext(
    own,
    (tx) => tx.$queryRaw<DelegationChoices[]>`
      with mine as (select t.id, t.slug, t.name from tenant t where app.deciding(array(select app.principals_of(${viewer.id})), t.id)),
      able as (select p.id, p.display_name as name, p.user_name from person p where p.status = 'active' and p.id <> ${viewer.id}
        and exists (select from mine where app.deciding(array(select app.principals_of(p.id)), mine.id)))
      select coalesce((select jsonb_agg(jsonb_build_object('slug', slug, 'name', name) order by name) from mine), '[]') as tenants,
        coalesce((select jsonb_agg(jsonb_build_object('id', q.id, 'name', coalesce(g.name, 'where I am named myself')) order by g.name nulls last)
          from app.principals_of(${viewer.id}) q(id) left join directory_group g on g.id = q.id where exists (select from mine) and q.id not like 'onc%'), '[]') as groups,
        coalesce((select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'userName', user_name) order by name) from able), '[]') as people`,
  )
  return row ?? { tenants: [], groups: [], people: [] }
}
