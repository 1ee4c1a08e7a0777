import { auditedTenants } from '#lib/auth/permissions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'
import { dayIn } from './day.ts'
import { dutyRows } from './duties-queries.ts'
import type { AuditAction } from './event.ts'
import { REPORT_NAMES, REPORTS, type ReportName } from './reports.ts'

/** Cells in the order of the report's columns; the change that the row is about, if it is about one. */
export type ReportRow = { cells: (string | null)[]; change: number | null }

export type ReportAnswer = {
  /** Newest first; at most as many as were asked for. */
  rows: ReportRow[]
  /** Of all, those not shown as well. */
  found: number
  examined: number
  /** The day that it is about, `YYYY-MM-DD`. */
  day: string
}

type Wish = { day?: string | undefined; most: number }

/** One report over the chains that the viewer may read; undefined where it is not theirs. What is no day of the calendar reads as today. */
export async function readReport(
  platform: Platform,
  viewer: Viewer,
  { name, day, most }: Wish & { name: ReportName },
): Promise<ReportAnswer | undefined> {
  const tenants = auditedTenants(viewer)
  if (!isFor(tenants, name)) return undefined
  return platform.read(viewer, (tx) => answer(tx, name, { tenants, day: dayOf(day), most }))
}

/** How each report that is the viewer's comes out today. */
export async function answerReports(
  platform: Platform,
  viewer: Viewer,
): Promise<{ name: ReportName; found: number; examined: number }[]> {
  const tenants = auditedTenants(viewer)
  const names = REPORT_NAMES.filter((name) => isFor(tenants, name))
  return platform.read(viewer, async (tx) => {
    const answers: { name: ReportName; found: number; examined: number }[] = []
    for (const name of names) {
      const { found, examined } = await answer(tx, name, { tenants, day: dayOf(), most: 0 })
      answers.push({ name, found, examined })
    }
    return answers
  })
}

function isFor(tenants: readonly string[] | null, name: ReportName): boolean {
  return tenants === null || (!REPORTS[name].isOfPlatform && tenants.length > 0)
}

function dayOf(text?: string): string {
  return dayIn(text) ?? new Date().toISOString().slice(0, 10)
}

type Scope = { tenants: string[] | null; day: string; most: number }

async function answer(
  tx: Transaction,
  name: ReportName,
  { tenants, day, most }: Scope,
): Promise<ReportAnswer> {
  const inTenants = (column: string) =>
    tenants === null ? Prisma.sql`true` : Prisma.sql`${Prisma.raw(column)} = any(${tenants})`
  const { rows, all } = PARTS[name]({ inTenants, day })
  const [read] = await tx.$queryRaw<
    { rows: ReportRow[] | null; found: number; examined: number }[]
  >`
    with found as materialized (${rows}),
      page as (select cells, change, at from found order by at desc, cells limit ${most})
    select (select jsonb_agg(jsonb_build_object('cells', to_jsonb(cells), 'change', change) order by at desc, cells) from page) as rows,
      (select count(*)::int from found) as found, (${all})::int as examined`
  return {
    rows: read?.rows ?? [],
    found: read?.found ?? 0,
    examined: read?.examined ?? 0,
    day,
  }
}

type Part = { rows: Prisma.Sql; all: Prisma.Sql }
type Where = { inTenants: (column: string) => Prisma.Sql; day: string }

const minute = (column: string) =>
  Prisma.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`)

/** Each report as the rows that it finds (`cells`, `change`, `at`) and the number of what it looked through. */
const PARTS: Readonly<Record<ReportName, (where: Where) => Part>> = {
  'segregation-of-duties': segregation,
  'duty-matrix': dutyRows,
  'changes-without-approval': unapproved,
  'pre-authorised-changes': preauthorised,
  'emergency-changes': emergencyChanges,
  'drift-repairs': repairs,
  'check-waivers': checkWaivers,
  waivers,
  'privileged-acts': privileged,
  'unrecertified-access': unrecertified,
  access,
}

/** A vote on an earlier revision falls when its voter edits the change: only the last revision counts. */
function segregation({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array['CHG-' || c.number, t.slug, c.title, p.display_name, coalesce(b.why, 'requester'), ${minute('d.decided_at')}] as cells, c.number::int as change, d.decided_at as at
      from decision d join change c on c.id = d.change_id and c.revision = d.revision join tenant t on t.id = c.tenant_id join person p on p.id in (d.decider_id, d.delegator_id)
        left join change_barred b on b.change_id = d.change_id and b.person_id = p.id
      where d.verdict = 'approve' and (p.id = c.requester_id or b.person_id is not null) and ${inTenants('d.tenant_id')}
      union all
      select array['repair', t.slug, g.namespace, coalesce(p.display_name, r.approved_by), 'asked for it', ${minute('r.approved_at')}], null, r.approved_at
      from drift_repair r join target g on g.id = r.target_id join tenant t on t.id = r.tenant_id left join person p on p.id = r.approved_by
      where r.approved_by = r.asked_by and ${inTenants('r.tenant_id')}`,
    all: Prisma.sql`
      select (select count(*) from decision d where d.verdict = 'approve' and ${inTenants('d.tenant_id')})
        + (select count(*) from drift_repair r where r.approved_by is not null and ${inTenants('r.tenant_id')})`,
  }
}

const RAN = Prisma.sql`select count(distinct r.change_id) from run r where `

/** What lets a change through a freeze is no approval: a stage of that kind is neither needed nor enough. Stages of an earlier revision are over, also where its plan was the same. */
function unapproved({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array['CHG-' || c.number, t.slug, c.title, c.type, x.lacks, ${minute('r.started_at')}] as cells, c.number::int as change, r.started_at as at
      from run r join change c on c.id = r.change_id join tenant t on t.id = c.tenant_id cross join lateral (
        select case when c.type = 'standard' then case when c.standard_id is null then 'no standard change covers it' end
          else coalesce((select string_agg(s.name || ' has ' || v.n || ' of ' || s.quorum, ', ' order by s.ordinal)
              from approval_stage s cross join lateral (select count(distinct d.decider_id)::int as n from decision d where d.stage_id = s.id and d.verdict = 'approve' and d.plan_hash = r.plan_hash) v
              where s.change_id = c.id and s.revision = c.revision and s.plan_hash = r.plan_hash and s.freeze_id is null and v.n < s.quorum),
            case when not exists (select from approval_stage s where s.change_id = c.id and s.revision = c.revision and s.plan_hash = r.plan_hash and s.freeze_id is null) then 'nobody was asked about this plan' end) end as lacks) x
      where x.lacks is not null and ${inTenants('r.tenant_id')}`,
    all: Prisma.sql`${RAN}${inTenants('r.tenant_id')}`,
  }
}

function preauthorised({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array['CHG-' || c.number, t.slug, c.title, coalesce(s.name, 'none'), p.display_name, ${minute('r.at')}] as cells, c.number::int as change, r.at
      from change c join (select change_id, min(started_at) as at from run group by change_id) r on r.change_id = c.id
        join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id left join standard_template s on s.id = c.standard_id
      where c.type = 'standard' and ${inTenants('c.tenant_id')}`,
    all: Prisma.sql`${RAN}${inTenants('r.tenant_id')}`,
  }
}

/** Overdue ones stand before all others: they are ordered by a time that is still to come. */
function emergencyChanges({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array['CHG-' || c.number, t.slug, c.title, r.incident, p.display_name,
        (select string_agg(q.display_name, ', ' order by d.decided_at) from decision d join person q on q.id = d.decider_id join approval_stage s on s.id = d.stage_id and s.freeze_id is null
          where d.change_id = c.id and d.revision = c.revision and d.verdict = 'approve'),
        replace(c.state, '_', ' '), ${minute('r.due_at')}, v.display_name, ${minute('r.reviewed_at')} || case when r.reviewed_at > r.due_at then ', late' else '' end,
        case r.justified when true then 'yes' when false then 'no' end, replace(r.outcome, '_', ' ')] as cells, c.number::int as change,
        case when c.state = 'overdue' or c.state = 'failed' and r.reviewed_at is null and r.due_at < clock_timestamp() then 'infinity'::timestamptz else c.created_at end as at
      from emergency_review r join change c on c.id = r.change_id and c.type = 'emergency' join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id left join person v on v.id = r.reviewed_by
      where ${inTenants('c.tenant_id')}`,
    all: Prisma.sql`select count(*) from change c where c.type = 'emergency' and ${inTenants('c.tenant_id')}`,
  }
}

function repairs({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array[g.namespace, t.slug, c.name, coalesce(a.display_name, r.asked_by), coalesce(b.display_name, r.approved_by), r.state, ${minute('r.asked_at')}] as cells, null::int as change, r.asked_at as at
      from drift_repair r join target g on g.id = r.target_id join cluster c on c.id = g.cluster_id join tenant t on t.id = r.tenant_id
        left join person a on a.id = r.asked_by left join person b on b.id = r.approved_by
      where ${inTenants('r.tenant_id')}`,
    all: Prisma.sql`select count(*) from drift_repair r where ${inTenants('r.tenant_id')}`,
  }
}

function checkWaivers({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array[w.title || case when w.subject = '' then '' else ', ' || w.subject end, t.slug, w.service, w.finding, w.reason, a.display_name, b.display_name,
        case when w.revoked_at is not null then 'revoked by ' || r.display_name when w.verdict = 'refused' then 'refused' when w.expires_at <= clock_timestamp() then 'over' when w.verdict is null then 'asked' else 'in force' end,
        ${minute('w.expires_at')}, (select count(*)::text from check_waiver_use u where u.waiver_id = w.id)] as cells,
        (select max(c.number)::int from check_waiver_use u join change c on c.id = u.change_id where u.waiver_id = w.id) as change, w.asked_at as at
      from check_waiver w join tenant t on t.id = w.tenant_id join person a on a.id = w.asked_by left join person b on b.id = w.decided_by left join person r on r.id = w.revoked_by
      where ${inTenants('w.tenant_id')}`,
    all: Prisma.sql`select count(*) from check_waiver w where ${inTenants('w.tenant_id')}`,
  }
}

function waivers(): Part {
  return {
    rows: Prisma.sql`
      select array[w.check_id, c.name, w.reason, a.display_name, b.display_name, case when w.revoked_at is not null then 'revoked' when w.verdict is null then 'asked' when w.verdict = 'refused' then 'refused'
        when w.expires_at <= clock_timestamp() then 'over' else 'in force' end, ${minute('w.expires_at')}] as cells, null::int as change, w.asked_at as at
      from preflight_waiver w join cluster c on c.id = w.cluster_id join person a on a.id = w.asked_by left join person b on b.id = w.decided_by`,
    all: Prisma.sql`select count(*) from preflight_waiver`,
  }
}

/** Acts that loosen or take away what holds for everybody in a tenant, recorded in that tenant's chain. */
const PRIVILEGED = [
  'tenant.quota_changed',
  'cluster.admitted',
  'cluster.withdrawn',
  'drift.policy_changed',
  'drift.repair_approved',
  'servicenow.set',
  'chat.set',
  'access.kept',
  'access.removed',
  'access.schedule_set',
  'waiver.granted',
  'waiver.revoked',
] as const satisfies readonly AuditAction[]

function privileged(): Part {
  const acts = Prisma.sql`audit_event e where e.actor like 'usr\\_%' and (e.tenant_id = ${PLATFORM_TENANT} and e.action not like 'session.%' or e.action = any(${[...PRIVILEGED]}))`
  return {
    rows: Prisma.sql`
      select array[e.action, t.slug, coalesce(p.display_name, e.actor), coalesce(i.name, o.display_name, e.subject), ${minute('to_timestamp(e.at_us / 1000000.0)')}] as cells, null::int as change, to_timestamp(e.at_us / 1000000.0) as at
      from (select e.* from ${acts}) e join tenant t on t.id = e.tenant_id left join person p on p.id = e.actor left join ci i on i.id = e.subject left join person o on o.id = e.subject`,
    all: Prisma.sql`select count(*) from ${acts}`,
  }
}

/** Ordered backwards by their day: what is overdue for longest stands first. */
function unrecertified({ inTenants }: Where): Part {
  return {
    rows: Prisma.sql`
      select array[m.role, t.slug, coalesce(g.name, p.display_name), case when g.id is not null then (select string_agg(b.name, ', ' order by b.name) from app.people_behind(m.principal_id) b) end,
        ${minute('m.reviewed_at')}, coalesce(a.display_name || coalesce(', confirming ' || f.display_name, case when m.alone then ', alone' end, ''), 'nobody since it was granted'),
        ${minute('m.due_at')}, m.state] as cells, null::int as change, to_timestamp(-extract(epoch from m.due_at)) as at
      from app.access_grants() m join tenant t on t.id = m.tenant_id left join directory_group g on g.id = m.principal_id left join person p on p.id = m.principal_id
        left join person a on a.id = m.attested_by left join person f on f.id = m.confirmed_of
      where m.state in ('overdue', 'lapsed') and ${inTenants('m.tenant_id')}`,
    all: Prisma.sql`select count(*) from app.access_grants() m where ${inTenants('m.tenant_id')}`,
  }
}

/** Grants are read from the history of their rows: as each stood last before the day was over. */
function access({ inTenants, day }: Where): Part {
  const grants = Prisma.sql`row_history h where h.table_name = 'membership' and ${inTenants('h.tenant_id')}`
  return {
    rows: Prisma.sql`
      select array[h.image->>'role', t.slug, coalesce(g.name, p.display_name, h.image->>'principal_id'),
        (select string_agg(q.display_name, ', ' order by q.display_name) from group_member m join person q on q.id = m.person_id and q.status = 'active'
          where m.group_id = g.id and (m.expires_at is null or m.expires_at > clock_timestamp())),
        coalesce(y.display_name, h.image->>'added_by'), h.image->>'reason', ${minute('h.at')}] as cells, null::int as change, h.at
      from (select distinct on (h.row_id) h.* from ${grants} and h.at < ${day}::date + 1 order by h.row_id, h.at desc, h.version desc) h
        join tenant t on t.id = h.tenant_id left join directory_group g on g.id = h.image->>'principal_id' left join person p on p.id = h.image->>'principal_id' left join person y on y.id = h.image->>'added_by'
      where h.op <> 'D' and coalesce((h.image->>'expires_at')::timestamptz > least(${day}::date + 1, clock_timestamp()), true)`,
    all: Prisma.sql`select count(distinct h.row_id) from ${grants}`,
  }
}
