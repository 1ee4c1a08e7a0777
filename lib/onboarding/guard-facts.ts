import { expectedMinutes, isHeld } from '#lib/calendar/store.ts'
import { type GuardFacts, type GuardName, guardsOf } from '#lib/changes/guards.ts'
import { windowNow } from '#lib/changes/held-store.ts'
import { BANDS, type Band } from '#lib/changes/risk.ts'
import { StandardBounds } from '#lib/changes/standard.ts'
import { type ChangeRow, loadStages } from '#lib/changes/store.ts'
import type { ChangeEvent } from '#lib/changes/transitions.ts'
import { ofPolicies } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { readVerdict } from '#lib/servicenow/reading-store.ts'
import { RequestService } from './request-service.schema.ts'

type Looked = { looked: number; blocking: string[] }

type Row = Pick<
  GuardFacts,
  | 'now'
  | 'actor'
  | 'roles'
  | 'sealedHash'
  | 'sections'
  | 'reserved'
  | 'expiresAt'
  | 'windowEnd'
  | 'closeCode'
  | 'barred'
  | 'standardId'
  | 'liveRuns'
  | 'run'
  | 'overdueReview'
> & {
  review: { dueAt: string | null; reviewerId: string | null; eligible: string[] } | null
  checks: Record<string, Looked>
  tenant: string
  band: string | null
  parameters: { request?: unknown } | null
  standards: { id: string; name: string; state: string; expiresAt: string; bounds: unknown }[]
}

/** Guards that are judged by the stages and their votes. */
const BY_STAGES: readonly GuardName[] = [
  'every_stage_fillable',
  'not_barred',
  'every_stage_satisfied',
  'approvals_valid',
  'review_done',
]

/** Of all closings, only that of an emergency asks who voted. */
function needsStages(guard: GuardName, { type }: ChangeRow): boolean {
  return BY_STAGES.includes(guard) && (guard !== 'review_done' || type === 'emergency')
}

/**
 * What the guards of these events are judged by, read now in the caller's transaction, where the change is locked: one query, and one for the stages
 * where votes count. Nothing of it is taken from the command.
 */
export async function readGuardFacts(
  tx: Transaction,
  change: ChangeRow,
  { events, reason }: { events: readonly ChangeEvent[]; reason: string | null },
): Promise<GuardFacts> {
  const row = await readRows(tx, change)
  const byStages = events.flatMap(guardsOf).some((guard) => needsStages(guard, change))
  // what is pre-authorised has none
  const asks = byStages && change.type !== 'standard'
  const all = asks ? await loadStages(tx, change.id, change.revision) : []
  // who let it through a freeze has voted on it as well, and reviews it no more than others who did
  const stages = events.includes('close') ? all : ofPolicies(all)
  const window = await readWindow(tx, change, events.flatMap(guardsOf))
  const awaitsServiceNow =
    events.flatMap(guardsOf).some((guard) => BY_SERVICENOW.includes(guard)) &&
    (await readVerdict(tx, change))?.open === false
  const { checks, tenant, band, parameters, standards, review, ...rest } = row
  return {
    ...rest,
    ...window,
    awaitsServiceNow,
    stages,
    reason,
    review: review && { ...review, dueAt: review.dueAt === null ? null : new Date(review.dueAt) },
    inPlatformTenant: change.tenantId === PLATFORM_TENANT,
    kind: change.kind,
    type: change.type,
    requesterId: change.requesterId,
    revision: change.revision,
    planHash: change.planHash,
    checks: {
      submit: checks.submit ?? { looked: 0, blocking: [] },
      start: checks.start ?? { looked: 0, blocking: [] },
    },
    standards: standards.map((standard) => ({
      ...standard,
      expiresAt: new Date(standard.expiresAt),
      bounds: StandardBounds.parse(standard.bounds),
    })),
    bounded: change.type === 'standard' ? boundedOf(tenant, band, parameters) : null,
  }
}

/** Guards that are judged by the freezes in force, and by the window that is left. */
const BY_FREEZES: readonly GuardName[] = ['something_holds_it', 'run_fits_freezes']
/** Guards that are judged by what ServiceNow said. */
const BY_SERVICENOW: readonly GuardName[] = ['something_holds_it', 'servicenow_agrees']

async function readWindow(
  tx: Transaction,
  { id: changeId, kind }: ChangeRow,
  guards: readonly GuardName[],
): Promise<Pick<GuardFacts, 'frozen' | 'windowTooShort'>> {
  const byFreezes = guards.some((guard) => BY_FREEZES.includes(guard))
  const byWindow = guards.includes('deadline_past')
  if (!byFreezes && !byWindow) return { frozen: false, windowTooShort: false }
  const minutes = await expectedMinutes(tx, kind)
  const frozen = byFreezes && (await isHeld(tx, { changeId, minutes }))
  const left = byWindow ? (await windowNow(tx, changeId)).secondsLeft : null
  return { frozen, windowTooShort: left !== null && left < minutes * 60 }
}

async function readRows(tx: Transaction, change: ChangeRow): Promise<Row> {
  const owners = [change.tenantId, PLATFORM_TENANT]
  const [row] = await tx.$queryRaw<Row[]>`
    select clock_timestamp() as now, app.actor() as actor, coalesce(app.roles_of(app.actor()) -> c.tenant_id, '[]') as roles, t.slug as tenant,
      c.expires_at as "expiresAt", c.window_end as "windowEnd", c.close_code as "closeCode", c.standard_id as "standardId", c.risk_band as band,
      encode(v.plan_hash, 'hex') as "sealedHash", case when c.type = 'standard' then v.parameters end as parameters,
      (select coalesce(jsonb_object_agg(s.section, encode(s.hash, 'hex')), '{}') from plan_section s where s.plan_hash = c.plan_hash) as sections,
      (select coalesce(jsonb_object_agg(x.phase, x.found), '{}') from (
        select r.phase, jsonb_build_object('looked', count(*), 'blocking', coalesce(jsonb_agg(r.check_id) filter (where coalesce(r.evidence->>'severity', d.severity) = 'blocking' and r.outcome in ('fail', 'error')), '[]')) as found
        from check_result r join check_definition d on d.id = r.check_id and d.version = r.check_version
        where r.change_id = c.id and r.revision = c.revision and r.phase in ('submit', 'start') group by r.phase) x) as checks,
      (select coalesce(jsonb_agg(distinct n.scheme), '[]') from name_reservation n where n.change_id = c.id) as reserved,
      (select coalesce(jsonb_agg(b.person_id), '[]') from change_barred b where b.change_id = c.id) as barred,
      case when c.type = 'standard' then (select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'state', s.state, 'expiresAt', s.expires_at, 'bounds', s.bounds)), '[]')
        from standard_template s where s.tenant_id = any(${owners}) and s.state = 'active') else '[]' end as standards,
      (select count(*)::int from run r where r.change_id = c.id and r.state in ('running', 'waiting')) as "liveRuns",
      (select jsonb_build_object('state', r.state, 'planHash', encode(r.plan_hash, 'hex'),
          'steps', (select coalesce(jsonb_agg(s.state order by s.ordinal), '[]') from step s where s.run_id = r.id),
          'targetsLeft', (select count(*) from step_target g where g.run_id = r.id and g.state not in ('done', 'skipped')))
        from run r where r.change_id = c.id order by r.attempt desc limit 1) as run,
      case when c.type = 'emergency' then (select jsonb_build_object('dueAt', w.due_at, 'reviewerId', w.reviewed_by, 'eligible', (select coalesce(jsonb_agg(distinct p.id), '[]') from unnest(w.principals) q(id) cross join lateral app.people_behind(q.id) p where app.may_fill(p.id, q.id, w.tenant_id)))
        from emergency_review w where w.change_id = c.id) end as review,
      case when c.type = 'standard' then (select min(o.number)::int from emergency_review w join change o on o.id = w.change_id where w.tenant_id = c.tenant_id
        and w.team = v.parameters->'request'->>'owningTeam' and w.reviewed_at is null and w.due_at < clock_timestamp() and o.type = 'emergency') end as "overdueReview"
    from change c join tenant t on t.id = c.tenant_id left join change_revision v on v.change_id = c.id and v.revision = c.revision where c.id = ${change.id}`
  if (!row) throw new Error(`no change ${change.id}`)
  return row
}

/** What a standard's bounds are held against, from what was sealed; null of what none may cover. */
function boundedOf(
  tenant: string,
  band: string | null,
  parameters: Row['parameters'],
): GuardFacts['bounded'] {
  const request = RequestService.safeParse(parameters?.request)
  const known = BANDS.find((name): name is Band => name === band)
  if (!request.success || !known) return null
  const { template, targets, size, dataClass, tier } = request.data
  if (targets.some(({ adopt }) => adopt)) return null
  const environments = [...new Set(targets.map(({ environment }) => environment))]
  return {
    ...{ tenant, template, environments, size, dataClass, tier },
    targets: targets.length,
    band: known,
    parameters: request.data.parameters,
  }
}
