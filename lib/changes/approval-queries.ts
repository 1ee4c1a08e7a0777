import type { Transaction } from '#lib/db/client.ts'
import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'
import { INBOX_PAGE, INBOX_PLACE } from './inbox-place.ts'
import { standsInForBarred } from './stands-in-store.ts'
import { DOUBTS } from './together-store.ts'

export type WaitingApproval = {
  number: number
  title: string
  type: string
  tenant: string
  requester: string
  stage: string
  /** Who delegated it to the viewer; null: it is theirs by themselves. */
  delegator: string | null
  /** Groups of the viewer that the stage names; none: it names the viewer, or it is by delegation. */
  groups: string[]
  /** They were added when it was escalated. */
  escalated: boolean
  riskScore: number | null
  riskBand: string | null
  /** Results of the newest check round that are not a pass. */
  doubts: number
  dueAt: string
}

type Waiting = Omit<WaitingApproval, 'dueAt'> & { dueAt: Date }

/**
 * One page of the changes whose open stage this person may decide and has not decided: by the hour in which it is due, then the higher risk, then the moment, then the
 * number. Their own are never among them. The queue of each principal is walked in this order and only to the page's end; what is theirs by delegation is put between.
 * A change stands in it once, by its stage that is due first.
 */
export async function approvalsFor(
  platform: Platform,
  viewer: Viewer,
  after?: string,
): Promise<WaitingApproval[]> {
  const place = readPlace(after, INBOX_PLACE)
  const rows = await platform.read(viewer, (tx) => queueOf(tx, viewer, place))
  return rows.map((row) => ({ ...row, dueAt: row.dueAt.toISOString() }))
}

type Place = ReturnType<typeof readPlace>

function queueOf(tx: Transaction, viewer: Viewer, place: Place): Promise<Waiting[]> {
  const principals = [...viewer.principals]
  const [hour, calm, due, number] = place ?? ['-infinity', '0', '-infinity', '0']
  const later = Prisma.sql`(${hour}::timestamptz, ${calm}::int, ${due}::timestamptz, ${number}::int)`
  return tx.$queryRaw<Waiting[]>`
      with own as (
        select x.* from unnest(${principals}::text[]) as q(id) cross join lateral (
          select c.id, sp.due_hour, sp.calm::int as calm, sp.due_at, c.number::int as number, null::text as delegator_id, null::text as stage_id
          from stage_principal sp join approval_stage s on s.id = sp.stage_id join change c on c.id = s.change_id and c.revision = s.revision
          where sp.open and sp.principal_id = q.id and c.state in ('awaiting_approval','blocked')
            and (not starts_with(sp.principal_id, 'onc_') or app.may_fill(${viewer.id}, sp.principal_id, sp.tenant_id))
            and sp.due_hour >= ${hour}::timestamptz and (sp.due_hour, sp.calm::int, sp.due_at, c.number::int) > ${later}
            and not exists (select 1 from change_barred b where b.change_id = c.id and b.person_id = ${viewer.id})
            and not exists (select 1 from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id = ${viewer.id} or d.delegator_id = ${viewer.id}))
            and not ${standsInForBarred(viewer.id)}
            and not exists (select 1 from stage_principal o where o.change_id = c.id and o.open and o.principal_id = any(${principals})
              and (o.due_at, o.stage_id, o.principal_id) < (sp.due_at, sp.stage_id, sp.principal_id))
          order by sp.due_hour, sp.calm, sp.due_at, c.number limit ${INBOX_PAGE}) x),
      theirs as (
        select m.change_id as id, date_bin('1 hour', m.due_at, timestamptz '2000-01-01 00:00:00+00') as due_hour, 100 - coalesce(c.risk_score, 0)::int as calm, m.due_at, m.number::int as number, m.delegator_id, m.stage_id
        from app.delegated_queue(${viewer.id}) m join change c on c.id = m.change_id),
      page as (
        select * from own union all select * from theirs t where (t.due_hour, t.calm, t.due_at, t.number) > ${later}
        order by due_hour, calm, due_at, number limit ${INBOX_PAGE})
      select m.number, c.title, t.slug as tenant, p.display_name as requester, a.display_name as delegator, c.type, c.risk_score::int as "riskScore", c.risk_band as "riskBand", m.due_at as "dueAt",
        coalesce(g.name, o.stage) as stage, coalesce(o.groups, '{}') as groups, coalesce(o.escalated, false) as escalated,
        ${DOUBTS} as doubts
      from page m join change c on c.id = m.id join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id
        left join person a on a.id = m.delegator_id left join approval_stage g on g.id = m.stage_id
        left join lateral (select min(s.name) as stage, array_agg(distinct app.principal_name(o.principal_id)) filter (where o.principal_id not like 'usr\\_%') as groups, bool_or(o.escalated) as escalated
          from stage_principal o join approval_stage s on s.id = o.stage_id
          where m.delegator_id is null and o.change_id = c.id and o.open and o.principal_id = any(${principals})) o on true
      order by m.due_hour, m.calm, m.due_at, m.number`
}

export type OwnDecision = {
  id: string
  number: number
  title: string
  state: string
  closeCode: string | null
  tenant: string
  /** Who gave it, and whom for, where that is not the same person. */
  decider: string
  delegator: string | null
  verdict: string
  comment: string | null
  at: string
}

const PAGE = 50

/** What this person decided, and what others signed for them, newest first. */
export async function decisionsBy(
  platform: Platform,
  viewer: Viewer,
  request: PageRequest,
): Promise<ListPage<OwnDecision>> {
  const place = readPlace(request.before ?? request.after, ['time', 'text'])
  const backwards = request.before !== undefined && place !== undefined
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<(Omit<OwnDecision, 'at'> & { at: Date })[]>`
      select d.id, c.number::int as number, c.title, c.state, c.close_code as "closeCode", t.slug as tenant, p.display_name as decider, f.display_name as delegator, d.verdict, d.comment, d.decided_at as at
      from decision d join change c on c.id = d.change_id join tenant t on t.id = c.tenant_id join person p on p.id = d.decider_id left join person f on f.id = d.delegator_id
      where (d.decider_id = ${viewer.id} or d.delegator_id = ${viewer.id}) and d.carried_from is null
        and (${place?.[0] ?? null}::text is null
          or (not ${backwards} and (d.decided_at, d.id) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
          or (${backwards} and (d.decided_at, d.id) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
      order by case when ${backwards} then d.decided_at end asc, case when ${backwards} then d.id end asc, d.decided_at desc, d.id desc
      limit ${PAGE + 1}`,
  )
  return cutPage(
    rows.map((row) => ({ ...row, at: row.at.toISOString() })),
    PAGE,
    {
      request: backwards ? request : { after: place && request.after },
      placeOf: (row) => [row.at, row.id],
    },
  )
}
