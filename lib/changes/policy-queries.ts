import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ApprovalPolicyRow = {
  id: string
  name: string
  version: number
  hash: string
  effectiveFrom: string
  scope: {
    tenants?: string[]
    types?: string[]
    environments?: string[]
    dataClassAtLeast?: number
    riskAtLeast?: string
    kinds?: string[]
  }
  stages: {
    name: string
    quorum: number | 'all' | { percent: number }
    dueHours: number
    sections: string[]
    rule: { source: string; role?: string; group?: string; people?: string[] }
    order?: number
    commentRequired?: boolean
    stepUpMinutes?: number
    validHours?: number
    remindAfterHours?: number[]
    escalateAfterHours?: number
    escalateTo?: { source: string; role?: string; group?: string; people?: string[] }
    veto?: number | 'none'
    /** Active people who could fill it, when the rule names a group. */
    people: number | null
  }[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Approval policies in force, by name. */
export async function readApprovalPolicies(
  platform: Platform,
  viewer: Viewer,
): Promise<ApprovalPolicyRow[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<ApprovalPolicyRow[]>`
      select p.id, p.name, v.version, encode(v.hash, 'hex') as hash, to_char(v.effective_from at time zone 'UTC', ${ISO}) as "effectiveFrom", v.scope,
        (select jsonb_agg(s.value || jsonb_build_object('people', case when s.value->'rule'->>'source' = 'group' then
            (select count(distinct m.person_id) from directory_group g join group_member m on m.group_id = g.id and (m.expires_at is null or m.expires_at > now()) join person x on x.id = m.person_id and x.status = 'active'
              where g.name = s.value->'rule'->>'group' and not exists (select 1 from directory_group o where o.name = g.name and o.id <> g.id)) end) order by s.ordinality)
          from jsonb_array_elements(v.body->'stages') with ordinality s) as stages
      from approval_policy p join approval_policy_version v on v.policy_id = p.id and v.version = p.active_version
      order by p.name`,
  )
}
