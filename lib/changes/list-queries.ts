import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { standsInForBarred } from './stands-in-store.ts'

export type ChangeListRow = {
  id: string
  number: number
  title: string
  type: string
  state: string
  closeCode: string | null
  tenant: string
  requester: string
  riskBand: string | null
  createdAt: string
  /** When it came into its state. */
  since: string
  run: number | null
}

export type ChangeFilter = PageRequest & {
  /** Whose: the viewer's own, those of their tenants, or all that they may see. */
  view: 'mine' | 'team' | 'all'
  /** Only those still open, or only those that ended. */
  open?: boolean | undefined
  /** Number or words of the title. */
  q?: string | undefined
}

const PAGE = 50

type Row = Omit<ChangeListRow, 'createdAt' | 'since'> & { createdAt: Date; since: Date | null }

/** One page of changes, newest first. */
export async function listChanges(
  platform: Platform,
  viewer: Viewer,
  filter: ChangeFilter,
): Promise<ListPage<ChangeListRow>> {
  const place = readPlace(filter.before ?? filter.after, ['time', 'text'])
  const backwards = filter.before !== undefined && place !== undefined
  const tenants = Object.keys(viewer.roles)
  const words = filter.q?.trim() ? `%${filter.q.trim().replace(/[\\%_]/g, '\\$&')}%` : null
  const number = /^(?:chg-)?(\d{1,15})$/i.exec(filter.q?.trim() ?? '')?.[1] ?? null
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
      select c.id, c.number::int as number, c.title, c.type, c.state, c.close_code as "closeCode", t.slug as tenant, p.display_name as requester,
        c.risk_band as "riskBand", c.created_at as "createdAt",
        (select max(x.at) from change_transition x where x.change_id = c.id) as since,
        (select max(r.attempt) from run r where r.change_id = c.id)::int as run
      from change c join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id
      where (${filter.view !== 'mine'} or c.requester_id = ${viewer.id})
        and (${filter.view !== 'team'} or c.tenant_id = any(${tenants}))
        and (${filter.open ?? null}::boolean is null or (c.state in ('closed','rejected','cancelled','expired')) = not ${filter.open ?? false})
        and (${words}::text is null or c.title ilike ${words} or c.number = ${number}::bigint)
        and (${place?.[0] ?? null}::text is null
          or (not ${backwards} and (c.created_at, c.id) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
          or (${backwards} and (c.created_at, c.id) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
      order by case when ${backwards} then c.created_at end asc, case when ${backwards} then c.id end asc, c.created_at desc, c.id desc
      limit ${PAGE + 1}`,
  )
  return cutPage(rows.map(listed), PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [row.createdAt, row.id],
  })
}

function listed(row: Row): ChangeListRow {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    since: (row.since ?? row.createdAt).toISOString(),
  }
}

export type WaitingChange = {
  number: number
  title: string
  state: string
  since: string
  stage: string | null
}

/** What only this person can move on: stages they may decide, and their own changes that were sent back or failed. Oldest first. */
export async function waitingFor(platform: Platform, viewer: Viewer): Promise<WaitingChange[]> {
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<(Omit<WaitingChange, 'since'> & { since: Date })[]>`
      select c.number::int as number, c.title, c.state, min(x.at) as since, min(s.name) as stage
      from stage_principal sp join approval_stage s on s.id = sp.stage_id join change c on c.id = s.change_id and c.revision = s.revision
        join lateral (select max(at) as at from change_transition t where t.change_id = c.id) x on true
      where sp.open and sp.principal_id = any(${[...viewer.principals]}) and c.state in ('awaiting_approval','blocked')
            and (not starts_with(sp.principal_id, 'onc_') or app.may_fill(${viewer.id}, sp.principal_id, sp.tenant_id))
        and not exists (select 1 from change_barred b where b.change_id = c.id and b.person_id = ${viewer.id})
        and not exists (select 1 from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id = ${viewer.id} or d.delegator_id = ${viewer.id}))
        and not ${standsInForBarred(viewer.id)}
      group by c.id
      union all
      select c.number::int, c.title, c.state, (select max(at) from change_transition t where t.change_id = c.id), s.name
      from app.delegated_queue(${viewer.id}) q join change c on c.id = q.change_id join approval_stage s on s.id = q.stage_id
      union all
      select c.number::int, c.title, c.state, (select max(at) from change_transition t where t.change_id = c.id), null
      from change c where c.requester_id = ${viewer.id} and c.state in ('changes_requested','failed')
      order by since limit 20`,
  )
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }))
}
