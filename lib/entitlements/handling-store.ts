import { Prisma } from '#prisma/generated/client.ts'

export type HoldingRow = {
  name: string
  kind: 'blackout' | 'maintenance_only' | 'restricted'
  approvers: string | null
  /** When it lets go, or opens next; `YYYY-MM-DD HH:MM`, UTC. Null where that is beyond what is written down. */
  until: string | null
}
export type HandlingRows = {
  now: Date
  freezes: HoldingRow[]
  votes: { name: string; why: string | null }[]
}

/** What it is asked about: places by index, and the version of a template that would be used. */
export type HandlingAsked = {
  changeId: string | null
  /** Whether the votes given in it are about this request. */
  votes: boolean
  /** Its slug. */
  tenant: string
  environments: readonly string[]
  clusters: readonly string[]
  template: { name: string; version: number } | null
}

const MINUTE = 'YYYY-MM-DD HH24:MI'

/**
 * Columns `freezes` and `votes` of the query of further facts. A freeze is asked at the start of the change's window, else now. Of a vote, `why` is what ties its giver, or
 * whom they signed for, to the request: they may not approve it, are stood in for by somebody else who may not, or published the template.
 */
export function handlingColumns({
  changeId,
  votes,
  tenant,
  environments,
  clusters,
  template,
}: HandlingAsked): Prisma.Sql {
  const self = changeId ?? ''
  return Prisma.sql`
      coalesce((select jsonb_agg(jsonb_build_object('name', f.name, 'kind', f.kind, 'approvers', f.approvers, 'until', to_char(case when f.kind = 'maintenance_only' then next.opens else o.ends end at time zone 'UTC', ${MINUTE})) order by f.name)
        from change_freeze f cross join (select greatest(clock_timestamp(), (select x.window_start from change x where x.id = ${self})) as at) w
          left join lateral (select max(upper(s.during)) as ends from freeze_occurrence s where s.freeze_id = f.id and s.during @> w.at) o on true
          left join lateral (select min(lower(s.during)) as opens from freeze_occurrence s where s.freeze_id = f.id and lower(s.during) > w.at) next on true
        where f.ended_at is null and (f.tenants = '{}' or ${tenant} = any (f.tenants))
          and exists (select from unnest(${[...environments]}::text[], ${[...clusters]}::text[]) as p(environment, cluster)
            where (f.environments = '{}' or p.environment = any (f.environments)) and (f.clusters = '{}' or p.cluster = any (f.clusters)))
          and (o.ends is null) = (f.kind = 'maintenance_only') and not (f.kind = 'restricted' and app.let_through(${self}, f.id))), '[]') as freezes,
      coalesce((select jsonb_agg(jsonb_build_object('name', p.display_name || coalesce(' for ' || v.display_name, ''), 'why', tie.why) order by d.decided_at, d.id)
        from change x join decision d on d.change_id = x.id and d.revision = x.revision and d.verdict = 'approve' join person p on p.id = d.decider_id left join person v on v.id = d.delegator_id
          left join lateral (select b.why from change_barred b where b.change_id = x.id and b.person_id in (d.decider_id, d.delegator_id)
            union all select 'stands in for ' || a.display_name || ', who ' || b.why from change_barred b join delegation g on g.delegator_id = b.person_id and g.delegate_id in (d.decider_id, d.delegator_id)
                and (g.principals = '{}' and g.tenant_id = x.tenant_id or exists (select from stage_principal q join approval_stage o on o.id = q.stage_id and o.revision = x.revision and o.freeze_id is null where q.change_id = x.id and not q.escalated and q.principal_id = any (g.principals)))
                and g.starts_at <= d.decided_at and g.ends_at > d.decided_at and (g.ended_at is null or g.ended_at > d.decided_at) join person a on a.id = b.person_id where b.change_id = x.id
            union all select 'published the template' from template_version t join template n on n.id = t.template_id where n.name = ${template?.name ?? ''}
                and t.version = ${template?.version ?? 0} and t.published_by in (d.decider_id, d.delegator_id) limit 1) tie on true
        where ${votes} and x.id = ${self}), '[]') as votes`
}
