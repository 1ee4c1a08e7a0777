import { auditedTenants } from '#lib/auth/permissions.ts'
import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'
import { dayIn } from './day.ts'
import { type ChainHead, chainHeads } from './store.ts'

export type AuditRow = {
  tenantId: string
  tenant: string
  seq: number
  at: string
  /** By name; of a vote for another `B for A`. */
  actor: string
  action: string
  subject: string
  /** What the subject is called, when it is known: a change's number and title, a CI's name, a person. */
  subjectName: string | null
  change: number | null
  /** Canonical JSON of what happened; null when it was erased. The chain keeps its hash. */
  payload: string | null
  hash: string
  prev: string
}

export type AuditFilter = PageRequest & {
  tenant?: string | undefined
  action?: string | undefined
  /** `CHG-12`, an id, or part of the name of who acted. */
  q?: string | undefined
  /** Days, `YYYY-MM-DD`, UTC, both inclusive. */
  from?: string | undefined
  to?: string | undefined
}

const PAGE = 50
const EXPORT_MOST = 10_000

/** One page of events, newest first, of the chains the viewer may read. */
export async function listAudit(
  platform: Platform,
  viewer: Viewer,
  filter: AuditFilter,
): Promise<ListPage<AuditRow>> {
  const place = readPlace(filter.before ?? filter.after, ['bigint', 'text', 'bigint'])
  const backwards = filter.before !== undefined && place !== undefined
  const beyond = place
    ? Prisma.sql`and (e.at_us, e.tenant_id, e.seq) ${backwards ? Prisma.sql`>` : Prisma.sql`<`} (${place[0]}::bigint, ${place[1]}, ${place[2]}::bigint)`
    : Prisma.empty
  const rows = await readRows(platform, viewer, filter, {
    beyond,
    order: backwards ? Prisma.sql`asc` : Prisma.sql`desc`,
    most: PAGE + 1,
  })
  return cutPage(rows, PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [row.atUs, row.tenantId, String(row.seq)],
  })
}

/** Every matching event for a file, newest first; at most 10,000. */
export function exportAudit(
  platform: Platform,
  viewer: Viewer,
  filter: AuditFilter,
): Promise<AuditRow[]> {
  return readRows(platform, viewer, filter, {
    beyond: Prisma.empty,
    order: Prisma.sql`desc`,
    most: EXPORT_MOST,
  })
}

type Cut = { beyond: Prisma.Sql; order: Prisma.Sql; most: number }

function readRows(
  platform: Platform,
  viewer: Viewer,
  filter: AuditFilter,
  { beyond, order, most }: Cut,
): Promise<(AuditRow & { atUs: string })[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<(AuditRow & { atUs: string })[]>`
      with page as materialized (
        select e.* from audit_event e
        where ${conditionsOf(viewer, filter)} ${beyond}
        order by e.at_us ${order}, e.tenant_id ${order}, e.seq ${order} limit ${most})
      select e.tenant_id as "tenantId", t.slug as tenant, e.seq::int as seq, e.at_us::text as "atUs",
        to_char(to_timestamp(e.at_us / 1000000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
        coalesce(p.display_name, e.actor) || case when e.action = 'change.decided' then coalesce((select ' for ' || f.display_name from person f where f.id = b.body::jsonb->>'for'), '') else '' end as actor,
        e.action, e.subject, coalesce(c.title, i.name, o.display_name, ${NAME_BY_PREFIX}) as "subjectName", c.number::int as change,
        b.body as payload, encode(e.hash, 'hex') as hash, encode(e.prev, 'hex') as prev
      from page e join tenant t on t.id = e.tenant_id left join person p on p.id = e.actor left join change c on c.id = e.subject
        left join ci i on i.id = e.subject left join person o on o.id = e.subject left join audit_payload b on b.tenant_id = e.tenant_id and b.seq = e.seq
      order by e.at_us ${order}, e.tenant_id ${order}, e.seq ${order}`,
  )
}

/** What is neither a change, a CI nor a person says its kind by its id. */
const NAME_BY_PREFIX = Prisma.sql`case left(e.subject, 4)
  when 'grp_' then (select g.name from directory_group g where g.id = e.subject)
  when 'frz_' then (select f.name from change_freeze f where f.id = e.subject)
  when 'adn_' then (select a.name from audit_destination a where a.id = e.subject)
  when 'dlg_' then (select x.display_name || ' for ' || y.display_name from delegation d join person x on x.id = d.delegate_id join person y on y.id = d.delegator_id where d.id = e.subject) end`

function conditionsOf(viewer: Viewer, filter: AuditFilter): Prisma.Sql {
  const tenants = auditedTenants(viewer)
  const words = filter.q?.trim()
  const number = /^chg-(\d{1,15})$/i.exec(words ?? '')?.[1]
  const from = dayIn(filter.from)
  const to = dayIn(filter.to)
  return Prisma.join(
    [
      tenants ? Prisma.sql`e.tenant_id = any(${tenants})` : Prisma.sql`true`,
      ...(filter.tenant
        ? [Prisma.sql`e.tenant_id = (select id from tenant where slug = ${filter.tenant})`]
        : []),
      ...(filter.action ? [Prisma.sql`e.action = ${filter.action}`] : []),
      ...(from
        ? [Prisma.sql`e.at_us >= (extract(epoch from ${from}::date) * 1000000)::bigint`]
        : []),
      ...(to
        ? [Prisma.sql`e.at_us < (extract(epoch from ${to}::date + 1) * 1000000)::bigint`]
        : []),
      ...(number
        ? [Prisma.sql`e.subject = (select id from change where number = ${number}::bigint)`]
        : words
          ? [
              Prisma.sql`(e.subject = ${words} or e.actor in (select id from person where display_name ilike ${`%${words.replace(/[\\%_]/g, '\\$&')}%`}))`,
            ]
          : []),
    ],
    ' and ',
  )
}

/** The chains that the viewer may read. */
export function listChains(platform: Platform, viewer: Viewer): Promise<ChainHead[]> {
  return platform.read(viewer, (tx) => chainHeads(tx, auditedTenants(viewer)))
}
