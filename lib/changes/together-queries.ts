import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { standsInForBarred } from './stands-in-store.ts'
import { MOST_TOGETHER } from './together.ts'
import { DOUBTS, ONLY_ADDS, TEMPLATE_OF } from './together-store.ts'

export type TogetherLine = {
  changeId: string
  number: number
  title: string
  service: string
  tenant: string
  requester: string
  stage: string
  planHash: string
  dueAt: string
  /** Name and version. */
  template: string
  /** What its plan makes. */
  objects: number
  targets: number
  files: number
  records: number
}

export type TogetherGroup = { template: string; lines: TogetherLine[]; more: boolean }

type Row = Omit<TogetherLine, 'dueAt'> & { dueAt: Date }

/** Changes that are looked at in each queue of the viewer. */
const LOOKED_AT = 100

/**
 * Changes that the viewer may approve together now, by template and version, each group in the order of the inbox and at most as many as one act takes. Only what is theirs by
 * themselves, never by delegation. What is listed is judged again when it is approved.
 */
export async function approvableTogether(
  platform: Platform,
  viewer: Viewer,
): Promise<TogetherGroup[]> {
  const principals = [...viewer.principals]
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
      with mine as (
        select distinct x.* from unnest(${principals}::text[]) as q(id) cross join lateral (
          select c.id, sp.due_hour, sp.calm, c.number from stage_principal sp join approval_stage s on s.id = sp.stage_id join change c on c.id = s.change_id and c.revision = s.revision
          where sp.open and sp.principal_id = q.id and c.state = 'awaiting_approval' and c.kind = 'onboard' and c.type = 'normal' and c.risk_band = 'low'
            and (not starts_with(sp.principal_id, 'onc_') or app.may_fill(${viewer.id}, sp.principal_id, sp.tenant_id))
            and not exists (select 1 from change_barred b where b.change_id = c.id and b.person_id = ${viewer.id})
            and not exists (select 1 from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id = ${viewer.id} or d.delegator_id = ${viewer.id}))
            and not ${standsInForBarred(viewer.id)}
            and not exists (select 1 from stage_principal o join approval_stage g on g.id = o.stage_id where o.change_id = c.id and o.open and o.principal_id = any(${principals})
              and (g.comment_required or g.step_up_minutes is not null))
          order by sp.due_hour, sp.calm, sp.due_at limit ${LOOKED_AT}) x),
      fit as (
        select m.*, ${TEMPLATE_OF} as template from mine m join change c on c.id = m.id where ${ONLY_ADDS} and ${DOUBTS} = 0)
      select c.id as "changeId", c.number::int as number, c.title, coalesce(r.parameters->'request'->>'name', c.title) as service, t.slug as tenant, p.display_name as requester, o.stage, o.due_at as "dueAt",
        encode(c.plan_hash, 'hex') as "planHash", f.template, n.objects, n.targets, n.files, n.records
      from fit f join change c on c.id = f.id join tenant t on t.id = c.tenant_id join person p on p.id = c.requester_id join change_revision r on r.change_id = c.id and r.revision = c.revision
        cross join lateral (select min(s.name) as stage, min(o.due_at) as due_at from stage_principal o join approval_stage s on s.id = o.stage_id
          where o.change_id = c.id and o.open and o.principal_id = any(${principals})) o
        cross join lateral (select count(*) filter (where i.cluster_id is not null)::int as objects, count(distinct (i.cluster_id, i.namespace)) filter (where i.cluster_id is not null)::int as targets,
          count(*) filter (where i.path like 'repo/%')::int as files, count(*) filter (where i.path like 'cmdb/%')::int as records from plan_item i where i.plan_hash = c.plan_hash) n
      where f.template is not null order by f.due_hour, f.calm, o.due_at, c.number`,
  )
  const templates = [...new Set(rows.map(({ template }) => template))]
  return templates.map((template) => {
    const all = rows.filter((row) => row.template === template)
    const lines = all.slice(0, MOST_TOGETHER)
    return {
      template,
      lines: lines.map((row) => ({ ...row, dueAt: row.dueAt.toISOString() })),
      more: all.length > lines.length,
    }
  })
}
