import { type OnCallGap, onCallGap } from '#lib/changes/on-call.ts'
import {
  type ApprovalPolicy,
  type NeededStage,
  PolicyBody,
  PolicyScope,
  type StageRule,
  seatsOf,
} from '#lib/changes/policy.ts'
import { StandardBounds, type StandardTemplate } from '#lib/changes/standard.ts'
import type { TeamSuccess } from '#lib/changes/success.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'

export type Rules = {
  now: Date
  entitlementPolicy: string
  policies: ApprovalPolicy[]
  standards: StandardTemplate[]
  history: { templateUsed: boolean; success: TeamSuccess }
}

type Row = {
  now: Date
  entitlementPolicy: string | null
  policies: { id: string; version: number; name: string; scope: unknown; body: unknown }[]
  standards: { id: string; name: string; state: string; expiresAt: string; bounds: unknown }[]
  templateUsed: boolean
  success: { score: number | null; changes: number }
}

/** What the history is asked about; empty words have none. */
type About = { template: string; team: string }

const NOTHING: About = { template: '', team: '' }

/** Rules in force for a tenant and what the history of a template and a team there says, in one query. Throws when no entitlement policy is in force. */
export async function loadRules(
  tx: Transaction,
  tenantId: string,
  { template, team }: About = NOTHING,
): Promise<Rules> {
  const owners = [tenantId, PLATFORM_TENANT]
  const [row] = await tx.$queryRaw<Row[]>`
    select clock_timestamp() as now,
      (select body from entitlement_policy where effective_to is null) as "entitlementPolicy",
      coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'version', v.version, 'name', p.name, 'scope', v.scope, 'body', v.body) order by p.name)
        from approval_policy p join approval_policy_version v on v.policy_id = p.id and v.version = p.active_version where p.tenant_id = any(${owners})), '[]') as policies,
      coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'state', s.state, 'expiresAt', s.expires_at, 'bounds', s.bounds) order by s.name)
        from standard_template s where s.tenant_id = any(${owners}) and s.state = 'active'), '[]') as standards,
      exists (select 1 from service s join template t on t.id = s.template_id where s.tenant_id = ${tenantId} and t.name = ${template}) as "templateUsed",
      (select jsonb_build_object('score', s.score, 'changes', s.changes) from app.team_success(${tenantId}, ${team}) s) as success`
  if (!row?.entitlementPolicy) throw new Error('no entitlement policy is in force')
  return {
    now: row.now,
    entitlementPolicy: row.entitlementPolicy,
    policies: row.policies.map((policy) => ({
      ...policy,
      scope: PolicyScope.parse(policy.scope),
      body: PolicyBody.parse(policy.body),
    })),
    standards: row.standards.map((standard) => ({
      ...standard,
      expiresAt: new Date(standard.expiresAt),
      bounds: StandardBounds.parse(standard.bounds),
    })),
    history: { templateUsed: row.templateUsed, success: { team, ...row.success } },
  }
}

/** A stage with its people: the principals that may decide, the active people behind them, and how many must approve. */
export type StaffedStage = Omit<NeededStage, 'quorum'> & {
  quorum: number
  principals: string[]
  eligible: string[]
  /** Why nobody is on call, where the stage asks for whoever is. */
  gap: string | null
}

export type Staffing = {
  tenantId: string
  requesterId: string
  /** Names of groups that own the service, where the change is about one. */
  owningTeam: string | null
  /** Who may not decide: they count for no share. */
  barred: readonly string[]
}

/**
 * Who may decide each stage, today. A group's name that two directories use names nobody: none of them may decide by the other's word; nor does a
 * manager that the directory does not know, nor a rota while the on-call feed is not believed. A share of the people is taken of those who are active and not barred, and stays as it is until the
 * change is asked anew.
 */
export async function staffStages(
  tx: Transaction,
  stages: readonly NeededStage[],
  { barred, ...about }: Staffing,
): Promise<StaffedStage[]> {
  const staffed = await staffRules(
    tx,
    stages.map(({ rule }) => rule),
    about,
  )
  return stages.map((stage, index) => {
    const { principals, eligible, gap } = staffed[index] ?? NOBODY
    const able = eligible.filter((person) => !barred.includes(person)).length
    return { ...stage, principals, eligible, gap, quorum: seatsOf(stage.quorum, able) }
  })
}

export type RuleStaff = { principals: string[]; eligible: string[]; gap: string | null }

const NOBODY: RuleStaff = { principals: [], eligible: [], gap: null }

/** The principals that each rule names today, and the active people behind them. Who is on call is asked of the change's own tenant only: of a team of it, and of people who may decide there. */
export async function staffRules(
  tx: Transaction,
  of: readonly StageRule[],
  { tenantId, requesterId, owningTeam }: Omit<Staffing, 'barred'>,
): Promise<RuleStaff[]> {
  if (of.length === 0) return []
  const rules = JSON.stringify(
    of.map((rule, index) => ({
      index,
      ...rule,
      ...(rule.source === 'service_owner' ? { source: 'group', group: owningTeam } : {}),
      ...(rule.source === 'on_call' ? { group: owningTeam } : {}),
    })),
  )
  const rows = await tx.$queryRaw<(Omit<RuleStaff, 'gap'> & { gap: OnCallGap | null })[]>`
    with rule as (select * from jsonb_to_recordset(${rules}::jsonb) as x(index int, source text, "group" text, role text, people jsonb)),
    named as (
      select r.index, g.id from rule r join directory_group g on r.source = 'group' and g.name = r."group"
        and not exists (select 1 from directory_group o where o.name = g.name and o.id <> g.id)
      union select r.index, m.principal_id from rule r join membership m on r.source = 'tenant_role' and m.tenant_id = ${tenantId} and m.role = r.role
        and (m.expires_at is null or m.expires_at > now())
      union select r.index, n.id from rule r join person n on r.source = 'named' and r.people ? n.user_name
        and not exists (select 1 from person o where o.user_name = n.user_name and o.id <> n.id)
      union select r.index, q.manager_id from rule r join person q on r.source = 'manager' and q.id = ${requesterId} and q.manager_id is not null
      union select r.index, 'onc_' || substr(g.id, 5) from rule r join directory_group g on r.source = 'on_call' and g.name = r."group" and app.team_of_tenant(g.id, ${tenantId})
        and not exists (select 1 from directory_group o where o.name = g.name and o.id <> g.id))
    select r.index, coalesce(array_agg(distinct n.id) filter (where n.id is not null), '{}') as principals,
      coalesce(array_agg(distinct p.id) filter (where p.id is not null), '{}') as eligible,
      case when r.source = 'on_call' then coalesce(app.on_call_trouble(), max(case when r."group" is null then 'no_team' when n.id is null then 'foreign' else app.on_call_gap(n.id) end),
        case when count(p.id) = 0 then 'no_role' end) end as gap
    from rule r left join named n on n.index = r.index
      left join lateral (select b.id from app.people_behind(n.id) b where r.source <> 'on_call' or app.deciding(array(select app.principals_of(b.id)), ${tenantId})) p on true
    group by r.index, r.source order by r.index`
  return rows.map((row) => ({ ...row, gap: onCallGap(row.gap, owningTeam ?? '') }))
}
