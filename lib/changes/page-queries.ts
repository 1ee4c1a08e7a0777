import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type NotAnApprover, stageFor, stageForAnother, termsUnmet } from './approver.ts'
import { mandatesOf } from './mandate-store.ts'
import { type OnCallGap, onCallGap } from './on-call.ts'
import { movedSections } from './plan.ts'
import type { Risk } from './risk.ts'
import type { ChangeSuccess } from './success.ts'
import { type ChangeState, TRANSITIONS } from './transitions.ts'

export type ChangeStage = {
  id: string
  ordinal: number
  name: string
  state: 'waiting' | 'open' | 'satisfied' | 'vetoed' | 'void'
  quorum: number
  sections: string[]
  commentRequired: boolean
  stepUpMinutes: number | null
  dueAt: string
  principals: { id: string; name: string }[]
  /** Why nobody is on call, where the stage asks for whoever is. */
  gap: string | null
  /** Ids of the people behind the principals who may decide, and names of those who still may. */
  eligible: string[]
  people: string[]
  /** When those who are asked were reminded last, and will be next. */
  remindedAt: string | null
  remindsAt: string | null
  /** When others are added, or were, and the principals that this added. */
  escalatesAt: string | null
  escalatedAt: string | null
  escalatedTo: string[]
  decisions: {
    deciderId: string
    name: string
    /** Whom they signed for, where it was not their own vote. */
    delegatorId: string | null
    delegator: string | null
    verdict: string
    comment: string | null
    at: string
    carried: boolean
  }[]
}

export type ChangeCheck = {
  checkId: string
  title: string
  outcome: string
  severity: string
  evidence: unknown
  evaluatedAt: string
}

export type ChangePage = {
  id: string
  number: number
  tenantId: string
  tenant: string
  kind: string
  type: string
  state: string
  closeCode: string | null
  title: string
  reason: string | null
  requesterId: string
  requester: string
  revision: number
  planHash: string | null
  serviceId: string | null
  service: string | null
  createdAt: string
  expiresAt: string | null
  windowStart: string | null
  windowEnd: string | null
  /** Changes under way on the same service, or on the baseline of one of its clusters, as far as the viewer sees them. */
  beside: { number: number; title: string; state: string; why: 'service' | 'baseline' }[]
  /** What holds it while it is blocked, and until when by what is known. */
  held: {
    name: string
    kind: string
    approvers: string | null
    reason: string
    owner: string
    until: string | null
  } | null
  /** What it waits for that cannot be read now. */
  waitsFor: string | null
  risk: Risk | null
  /** How a closed change went. */
  success: ChangeSuccess | null
  request: Record<string, unknown> | null
  standard: string | null
  /** Number of the ended change that this one asks for again. */
  repeats: number | null
  transitions: { from: string; to: string; actor: string; reason: string | null; at: string }[]
  stages: ChangeStage[]
  checks: ChangeCheck[]
  runs: {
    attempt: number
    id: string
    state: string
    startedAt: string
    finishedAt: string | null
  }[]
  barred: { personId: string; name: string; why: string }[]
  /** What the viewer's vote would do, their own where they have one, or why they have none. */
  decision: OwnVote | NotAnApprover
  /** Every vote that they could give now instead: their own, and those for others. */
  votes: OwnVote[]
  /** Sections that moved since the viewer approved an earlier revision, or read the one that they name. */
  sinceMine: { revision: number; planHash: string; approved: boolean; moved: string[] } | null
  events: string[]
}

/** The stage in which the viewer may vote, and what it asks of an approval. */
export type OwnVote = {
  stage: string
  /** Whom it would be given for, by delegation; null: for themselves. */
  behalf: { id: string; name: string } | null
  commentRequired: boolean
  /** Of a stage that asks for a fresh sign-in: how fresh, minutes, and whether the viewer's is not. */
  signIn: { minutes: number; due: boolean } | null
}

type Row = Omit<
  ChangePage,
  'decision' | 'votes' | 'sinceMine' | 'events' | 'risk' | 'request' | 'stages'
> & {
  stages: (Omit<ChangeStage, 'principals' | 'gap'> & {
    principals: { id: string; name: string; gap: OnCallGap | null }[]
  })[]
  risk: Risk | null
  parameters: { request?: Record<string, unknown> } | null
  mine: { revision: number; planHash: string; approved: boolean } | null
}

/** Everything the page of one change shows but its plan; null when there is none or it is not the viewer's to see. `seen` names the plan that the viewer read before it moved. */
export async function readChange(
  platform: Platform,
  viewer: Viewer,
  asked: { number: number; seen?: string | undefined },
): Promise<ChangePage | null> {
  return platform.read(viewer, async (tx) => {
    const row = await readRow(tx, viewer, asked)
    if (!row) return null
    const { parameters, mine, ...rest } = row
    const change = { ...rest, stages: rest.stages.map(withGap) }
    const stages = change.stages.map((stage) => ({
      ...stage,
      principals: stage.principals.map((principal) => principal.id),
    }))
    const own = stageFor({ id: viewer.id, principals: viewer.principals }, stages, change.barred)
    const votes = [
      ...(own.ok ? [ownVote(own.value, viewer.authTime, null)] : []),
      ...(await votesForOthers(tx, viewer, { ...change, stages })),
    ]
    return {
      ...change,
      request: parameters?.request ?? null,
      decision: votes[0] ?? (own.ok ? ownVote(own.value, viewer.authTime, null) : own.error),
      votes,
      sinceMine:
        mine && change.planHash
          ? { ...mine, moved: await movedBetween(tx, mine.planHash, change.planHash) }
          : null,
      events: Object.keys(TRANSITIONS[change.state as ChangeState] ?? {}),
    }
  })
}

function withGap({ principals, ...stage }: Row['stages'][number]): ChangeStage {
  const rota = principals.find(({ gap }) => gap !== null)
  const gap = rota ? onCallGap(rota.gap, rota.name.replace('on call for ', '')) : null
  return { ...stage, principals: principals.map(({ id, name }) => ({ id, name })), gap }
}

type Asked = Pick<Row, 'state' | 'tenantId' | 'barred'> & {
  stages: (Omit<ChangeStage, 'principals'> & { principals: string[] })[]
}

async function votesForOthers(
  tx: Transaction,
  viewer: Viewer,
  { state, tenantId, stages, barred }: Asked,
): Promise<OwnVote[]> {
  if (state !== 'awaiting_approval' && state !== 'blocked') return []
  const mandates = await mandatesOf(tx, { delegateId: viewer.id, tenantId })
  return mandates.flatMap((mandate) => {
    const stage = stageForAnother({ id: viewer.id, mandate }, stages, barred)
    const behalf = { id: mandate.delegatorId, name: mandate.name }
    return stage.ok ? [ownVote(stage.value, viewer.authTime, behalf)] : []
  })
}

function ownVote(
  { name, commentRequired, stepUpMinutes }: Omit<ChangeStage, 'principals'>,
  authTime: number,
  behalf: OwnVote['behalf'],
): OwnVote {
  const asked = { name, commentRequired: false, stepUpMinutes }
  const unmet = termsUnmet(asked, { verdict: 'approve', comment: '', authTime }, Date.now())
  return {
    stage: name,
    behalf,
    commentRequired,
    signIn: stepUpMinutes === null ? null : { minutes: stepUpMinutes, due: unmet !== undefined },
  }
}

async function movedBetween(tx: Transaction, before: string, after: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ plan: string; section: string; hash: string }[]>`
    select encode(plan_hash, 'hex') as plan, section, encode(hash, 'hex') as hash from plan_section
    where plan_hash in (decode(${before}, 'hex'), decode(${after}, 'hex'))`
  const of = (plan: string) =>
    Object.fromEntries(
      rows.filter((row) => row.plan === plan).map((row) => [row.section, row.hash]),
    )
  return movedSections(of(before), of(after))
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

async function readRow(
  tx: Transaction,
  viewer: Viewer,
  { number, seen }: { number: number; seen?: string | undefined },
): Promise<Row | undefined> {
  const plan = /^[0-9a-f]{64}$/.test(seen ?? '') ? (seen ?? null) : null
  const rows = await tx.$queryRaw<Row[]>`
    select c.id, c.number::int as number, c.tenant_id as "tenantId", t.slug as tenant, c.kind, c.type, c.state, c.close_code as "closeCode", c.title,
      coalesce(nullif(r.parameters->'request'->>'reason', ''), r.parameters->'request'->'emergency'->>'incident' || ': ' || (r.parameters->'request'->'emergency'->>'why')) as reason, c.requester_id as "requesterId", p.display_name as requester, c.revision, encode(c.plan_hash, 'hex') as "planHash",
      c.service_id as "serviceId", s.name as service, to_char(c.created_at at time zone 'UTC', ${ISO}) as "createdAt", to_char(c.expires_at at time zone 'UTC', ${ISO}) as "expiresAt",
      to_char(c.window_start at time zone 'UTC', ${ISO}) as "windowStart", to_char(c.window_end at time zone 'UTC', ${ISO}) as "windowEnd",
      case when c.state in ('awaiting_approval','approved','scheduled','blocked') then coalesce((select jsonb_agg(jsonb_build_object('number', o.number, 'title', o.title, 'state', o.state,
          'why', case when o.kind = 'cluster_baseline' then 'baseline' else 'service' end) order by o.number) from change o
        where o.id <> c.id and o.state in ('approved','scheduled','blocked','executing','verifying') and (o.service_id = c.service_id
          or o.kind = 'cluster_baseline' and exists (select from app.change_places(o.id) a join app.change_places(c.id) b on a.cluster = b.cluster))), '[]') else '[]' end as beside,
      case when c.state = 'blocked' then (select jsonb_build_object('name', f.name, 'kind', f.kind, 'approvers', f.approvers, 'reason', f.reason, 'owner', f.owner, 'until', to_char(c.held_until at time zone 'UTC', ${ISO})) from change_freeze f where f.id = c.held_by) end as held,
      case when c.state = 'scheduled' then c.waits_for end as "waitsFor",
      c.risk, (select jsonb_build_object('score', w.score, 'furtherRuns', w.further_runs, 'undoneBy', w.undone_by) from app.success_of(c.id) w) as success, r.parameters, std.name as standard, (select number::int from change x where x.id = c.parent_id) as repeats,
      coalesce((select jsonb_agg(jsonb_build_object('from', x.from_state, 'to', x.to_state, 'actor', coalesce(a.display_name, x.actor), 'reason', x.reason,
          'at', to_char(x.at at time zone 'UTC', ${ISO})) order by x.seq) from change_transition x left join person a on a.id = x.actor where x.change_id = c.id), '[]') as transitions,
      coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'ordinal', g.ordinal, 'name', g.name, 'state', g.state, 'quorum', g.quorum, 'sections', g.sections, 'commentRequired', g.comment_required, 'stepUpMinutes', g.step_up_minutes,
          'dueAt', to_char(g.due_at at time zone 'UTC', ${ISO}),
          'remindedAt', (select to_char(max(m.sent_at) at time zone 'UTC', ${ISO}) from stage_reminder m where m.stage_id = g.id),
          'remindsAt', case when g.state = 'open' then (select to_char((g.opened_at + make_interval(hours => min(h))) at time zone 'UTC', ${ISO}) from unnest(g.remind_after) h
              where not exists (select from stage_reminder m where m.stage_id = g.id and m.after_hours = h)) end,
          'escalatesAt', case when g.state = 'open' and g.escalated_at is null then to_char((g.opened_at + make_interval(hours => g.escalate_after)) at time zone 'UTC', ${ISO}) end,
          'escalatedAt', to_char(g.escalated_at at time zone 'UTC', ${ISO}),
          'escalatedTo', coalesce((select jsonb_agg(app.principal_name(sp.principal_id) order by 1) from stage_principal sp where sp.stage_id = g.id and sp.escalated), '[]'),
          'principals', coalesce((select jsonb_agg(jsonb_build_object('id', sp.principal_id, 'name', app.principal_name(sp.principal_id), 'gap', app.on_call_gap(sp.principal_id))) from stage_principal sp where sp.stage_id = g.id), '[]'),
          'eligible', coalesce((select jsonb_agg(distinct m.id) from stage_principal sp cross join lateral app.people_behind(sp.principal_id) m where sp.stage_id = g.id and app.may_fill(m.id, sp.principal_id, c.tenant_id)), '[]'),
          'people', coalesce((select jsonb_agg(distinct m.name) from stage_principal sp cross join lateral app.people_behind(sp.principal_id) m
              where sp.stage_id = g.id and app.may_fill(m.id, sp.principal_id, c.tenant_id) and not exists (select 1 from change_barred b where b.change_id = c.id and b.person_id = m.id)
                and not exists (select 1 from decision d where d.change_id = c.id and d.revision = c.revision and m.id in (d.decider_id, d.delegator_id))), '[]'),
          'decisions', coalesce((select jsonb_agg(jsonb_build_object('deciderId', d.decider_id, 'name', m.display_name, 'delegatorId', d.delegator_id, 'delegator', f.display_name, 'verdict', d.verdict, 'comment', d.comment,
              'at', to_char(d.decided_at at time zone 'UTC', ${ISO}), 'carried', d.carried_from is not null) order by d.decided_at)
              from decision d join person m on m.id = d.decider_id left join person f on f.id = d.delegator_id where d.stage_id = g.id), '[]')) order by g.ordinal)
        from approval_stage g where g.change_id = c.id and g.revision = c.revision), '[]') as stages,
      coalesce((select jsonb_agg(jsonb_build_object('checkId', k.check_id, 'title', f.title, 'outcome', k.outcome, 'severity', coalesce(k.evidence->>'severity', f.severity), 'evidence', k.evidence,
          'evaluatedAt', to_char(k.evaluated_at at time zone 'UTC', ${ISO})) order by k.id)
        from (select distinct on (z.check_id, z.evidence->>'subject') z.* from check_result z where z.change_id = c.id and z.revision = c.revision
            and z.phase = (select y.phase from check_result y where y.change_id = c.id and y.revision = c.revision order by y.id desc limit 1)
          order by z.check_id, z.evidence->>'subject', z.id desc) k
        join check_definition f on f.id = k.check_id and f.version = k.check_version), '[]') as checks,
      coalesce((select jsonb_agg(jsonb_build_object('attempt', u.attempt, 'id', u.id, 'state', u.state, 'startedAt', to_char(u.started_at at time zone 'UTC', ${ISO}),
          'finishedAt', to_char(u.finished_at at time zone 'UTC', ${ISO})) order by u.attempt) from run u where u.change_id = c.id), '[]') as runs,
      coalesce((select jsonb_agg(jsonb_build_object('personId', b.person_id, 'name', m.display_name, 'why', b.why))
        from (select person_id, why from change_barred where change_id = c.id union all select * from app.barred_delegates(c.id)) b join person m on m.id = b.person_id), '[]') as barred,
      coalesce((select jsonb_build_object('revision', v.revision, 'planHash', encode(v.plan_hash, 'hex'), 'approved', false) from change_revision v
          where v.change_id = c.id and v.plan_hash = decode(${plan}, 'hex') and v.revision < c.revision order by v.revision desc limit 1),
        (select jsonb_build_object('revision', d.revision, 'planHash', encode(d.plan_hash, 'hex'), 'approved', true) from decision d
          where d.change_id = c.id and d.decider_id = ${viewer.id} and d.verdict = 'approve' and d.revision < c.revision order by d.revision desc limit 1)) as mine
    from change c join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id
      left join change_revision r on r.change_id = c.id and r.revision = c.revision
      left join ci s on s.id = c.service_id left join standard_template std on std.id = c.standard_id
    where c.number = ${number}::bigint`
  return rows[0]
}
