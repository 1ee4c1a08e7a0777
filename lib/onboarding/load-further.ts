import type { Transaction } from '#lib/db/client.ts'
import {
  type ApplicationFacts,
  type Facts,
  type FurtherFacts,
  known,
  type OnCallFacts,
  unknown,
} from '#lib/entitlements/facts.ts'
import { type HandlingRows, handlingColumns } from '#lib/entitlements/handling-store.ts'
import type { SourceKind } from '#lib/entitlements/sources/kinds.ts'
import { askedFacts } from './asked-facts.ts'
import { handlingFacts } from './handling-facts.ts'
import type { FactsInput } from './load-facts.ts'
import { type SourceRows, sourceFact } from './source-fact.ts'

type Dated = { valid_until: string | null }
type Row = SourceRows &
  HandlingRows & {
    today: string
    teamCleared: number
    alike: { name: string; same: boolean }[]
    late: { grant: string; lapsed: boolean }[]
    dependencies: { name: string; tier: number | null }[]
  }

/** How alike two names are that are told as almost the same, by shared trigrams, 0 to 1. */
const ALIKE = 0.6

/** What the checks read that an organisation takes up, in one query. */
export async function loadFurther(tx: Transaction, input: FactsInput): Promise<FurtherFacts> {
  const row = await readRow(tx, input)
  const { request, context } = input
  const of = <T, R>(kind: SourceKind, absent: T, from: (record: R) => T) =>
    sourceFact<T, R>(row, { kind, absent, from })
  const isCurrent = ({ valid_until: until }: Dated) => until === null || until >= row.today
  const { productive, laddered } = environmentsOf(input)
  return {
    tier: request.tier,
    production: context.targets.some(({ environment }) => productive.includes(environment)),
    productive,
    laddered,
    application: request.application,
    training: of('training', { current: [], lapsed: [] }, (record: { courses: Course[] }) => ({
      current: coursesOf(record.courses.filter(isCurrent)),
      lapsed: coursesOf(record.courses.filter((course) => !isCurrent(course))),
    })),
    clearance: of(
      'clearance',
      { requester: -1, team: row.teamCleared },
      (record: { clearances: (Dated & { data_class: number })[] }) => ({
        requester: Math.max(
          ...record.clearances.filter(isCurrent).map((one) => one.data_class),
          -1,
        ),
        team: row.teamCleared,
      }),
    ),
    onCall: of<OnCallFacts, { rota: string; on_duty: string[] }>(
      'oncall',
      { rota: null, onDuty: [] },
      (record) => ({ rota: record.rota, onDuty: record.on_duty }),
    ),
    funds: of(
      'finance',
      { teams: ['nobody: finance does not know the code'], budgetLeft: 0, closesOn: null },
      (record: { teams: string[]; budget_left: number | null; closes_on: string | null }) => ({
        teams: record.teams,
        budgetLeft: record.budget_left,
        closesOn: record.closes_on,
      }),
    ),
    estimate: estimateOf(row, input),
    registered: of<ApplicationFacts, { stage: string }>(
      'applications',
      { registered: false, stage: 'unknown' },
      ({ stage }) => ({ registered: true, stage }),
    ),
    templateIntact: known(context.template?.intact ?? false, row.now, 'template registry'),
    like: known(
      {
        same: row.alike.some(({ same }) => same),
        alike: row.alike.filter(({ same }) => !same).map(({ name }) => name),
      },
      row.now,
      'CMDB',
    ),
    access: known(
      {
        overdue: row.late.filter(({ lapsed }) => !lapsed).map(({ grant }) => grant),
        lapsed: row.late.filter(({ lapsed }) => lapsed).map(({ grant }) => grant),
      },
      row.now,
      'access reviews',
    ),
    asked: askedFacts(row, input, productive),
    handling: handlingFacts(row, input),
    regions: Object.fromEntries(
      context.targets.map(({ cluster }) => [cluster.name, cluster.region]),
    ),
  }
}

/** Who is on call for a team is told to those whose team it is. */
export function withinTenant(further: FurtherFacts, team: Facts['team']): FurtherFacts {
  const { onCall } = further
  if (!onCall.known || (team.known && team.value.ofTenant)) return further
  return { ...further, onCall: { ...onCall, value: { rota: null, onDuty: [] } } }
}

type Course = Dated & { course: string }

function coursesOf(courses: readonly Course[]): string[] {
  return [...new Set(courses.map(({ course }) => course))].sort()
}

/** Which environments are productive, and which of those asked for have a lower one asked for beside them. */
function environmentsOf({ context }: FactsInput): { productive: string[]; laddered: string[] } {
  const asked = new Set(context.targets.map(({ environment }) => environment))
  const ranked = context.environments.filter(({ name }) => asked.has(name))
  return {
    productive: context.environments.filter(({ production }) => production).map(({ name }) => name),
    laddered: ranked
      .filter(({ rank }) => ranked.some((other) => other.rank < rank && !other.production))
      .map(({ name }) => name),
  }
}

function estimateOf(row: Row, { request, context }: FactsInput): FurtherFacts['estimate'] {
  const price = sourceFact<number | null, { monthly: number }>(row, {
    ...{ kind: 'prices', absent: null },
    from: ({ monthly }) => monthly,
  })
  if (!price.known) return price
  if (price.value === null) return unknown(`it has no price for ${request.size}`, price.source)
  return { ...price, value: { monthly: price.value * context.targets.length } }
}

/** A feed names people as their directory does: where two directories know the name, nobody can say whose record it is. */
const NAMESAKE = JSON.stringify({
  trouble: 'two directories know somebody of that user name, and the feed does not say which',
})

async function readRow(tx: Transaction, input: FactsInput): Promise<Row> {
  const { requester, request, context, changeId } = input
  const [row] = await tx.$queryRaw<Row[]>`
    select clock_timestamp() as now, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD') as today,
      coalesce((select jsonb_object_agg(kind, to_char(as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) from source_state where source_id is not null), '{}') as sources,
      coalesce((select jsonb_object_agg(kind, case when kind in ('training', 'clearance') and exists (select from person o where o.user_name = ${requester.userName} and o.id <> ${requester.id}) then ${NAMESAKE}::jsonb else value end) from fact where (kind = 'training' and key = ${requester.userName}) or (kind = 'clearance' and key = ${requester.userName})
        or (kind = 'oncall' and key = ${request.owningTeam}) or (kind = 'finance' and key = ${request.costCode} and coalesce(value->>'tenant', ${context.tenant.slug}) = ${context.tenant.slug}) or (kind = 'prices' and key = ${request.size})
        or (kind = 'applications' and key = ${request.application})), '{}')
        || jsonb_build_object('vendors', coalesce((select jsonb_object_agg(key, value) from fact where kind = 'vendors' and key = any(${request.vendors ?? []})), '{}')) as records,
      coalesce((select jsonb_agg(jsonb_build_object('name', d.name, 'tier', d.tier) order by d.name) from ci d
        where d.tenant_id = ${context.tenant.id} and d.class = 'service' and d.retired_at is null and d.name = any(${request.dependsOn ?? []})), '[]') as dependencies,
      (select count(*)::int from directory_group g join group_member m on m.group_id = g.id and (m.expires_at is null or m.expires_at > now())
          join person p on p.id = m.person_id and p.status = 'active' join fact f on f.kind = 'clearance' and f.key = p.user_name
        where g.name = ${request.owningTeam} and g.directory_id = (select directory_id from person where id = ${requester.id}) and f.value ? 'clearances' and not exists (select from person o where o.user_name = p.user_name and o.id <> p.id)
          and exists (select from jsonb_array_elements(f.value->'clearances') c where (c->>'data_class')::int >= ${request.dataClass}
            and (c->>'valid_until' is null or (c->>'valid_until')::date >= (clock_timestamp() at time zone 'UTC')::date))) as "teamCleared",
      coalesce((select jsonb_agg(jsonb_build_object('name', l.name, 'same', l.name = ${request.name}) order by l.name = ${request.name} desc, l.near desc, l.name) from (
          select c.name, similarity(c.name, ${request.name}) as near from service s join ci c on c.id = s.id
          where s.tenant_id = ${context.tenant.id} and c.retired_at is null and (c.name = ${request.name} or similarity(c.name, ${request.name}) >= ${ALIKE}::float8)
            and not exists (select from change x where x.id = ${changeId ?? ''} and x.service_id = s.id)
          order by c.name = ${request.name} desc, near desc, c.name limit 3) l), '[]') as alike,
      coalesce((select jsonb_agg(jsonb_build_object('grant', m.role || ' by ' || coalesce(g.name, p.display_name), 'lapsed', m.state = 'lapsed') order by m.role, coalesce(g.name, p.display_name))
        from app.access_grants(${context.tenant.id}) m left join directory_group g on g.id = m.principal_id left join person p on p.id = m.principal_id where m.state in ('overdue', 'lapsed')), '[]') as late, ${handlingColumns(
          {
            ...{ changeId, tenant: context.tenant.slug, votes: input.sealed ?? false },
            environments: context.targets.map(({ environment }) => environment),
            clusters: context.targets.map(({ cluster }) => cluster.name),
            template: context.template && {
              name: request.template,
              version: context.template.version,
            },
          },
        )}`
  if (!row) throw new Error('the query of further facts answered no row')
  return row
}
