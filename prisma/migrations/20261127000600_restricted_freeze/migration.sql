-- A third kind of freeze: while it lasts a change of its scope starts once people of the freeze's own group let it through, in a stage that is asked beside those of its policies.
alter table change_freeze drop constraint freeze_kind_known;
alter table change_freeze add constraint freeze_kind_known check (kind in ('blackout','maintenance_only','restricted'));
-- Name of the group that lets through.
alter table change_freeze add column approvers text;
alter table change_freeze add constraint freeze_approvers check ((approvers is not null) = (kind = 'restricted') and length(approvers) between 1 and 200);
alter table approval_stage add column freeze_id text collate "C" references change_freeze(id);
create index stage_freeze on approval_stage (freeze_id) where freeze_id is not null;

-- Has a restricted freeze let the change through, as it is sealed now, by people who may do so still?
create function app.let_through(change text, freeze text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from public.change c join approval_stage s on s.change_id = c.id and s.revision = c.revision and s.plan_hash = c.plan_hash
    where c.id = let_through.change and s.freeze_id = let_through.freeze and s.state = 'satisfied' and s.quorum <= (
      select count(*) from decision d join person p on p.id = d.decider_id join person v on v.id = coalesce(d.delegator_id, d.decider_id)
      where d.stage_id = s.id and d.verdict = 'approve' and p.status = 'active' and v.status = 'active'
        and exists (select from stage_principal q left join group_member m on m.group_id = q.principal_id and (m.expires_at is null or m.expires_at > clock_timestamp())
          where q.stage_id = s.id and (q.principal_id = v.id or m.person_id = v.id))
        and (d.delegation_id is null or app.mandate_stands(d.delegation_id, s.id))))
$$;
grant execute on function app.let_through(text, text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
revoke execute on function app.let_through(text, text) from public;

-- Freezes in force whose scope meets a place of the change, without those that let it through.
create or replace function app.freezes_over(change text) returns setof change_freeze language sql stable set search_path = public, pg_temp as $$
  select f.* from change_freeze f where f.ended_at is null and exists (
    select from app.change_places(change) p where (f.tenants = '{}' or p.tenant = any (f.tenants))
      and (f.environments = '{}' or p.environment = any (f.environments)) and (f.clusters = '{}' or p.cluster = any (f.clusters)))
    and not (f.kind = 'restricted' and app.let_through(change, f.id))
$$;

-- A change that a restricted freeze holds waits for people too: its open stage is the freeze's.
create or replace function app.delegated_queue(of_delegate text) returns table (change_id text, number bigint, stage_id text, delegator_id text, due_at timestamptz)
  language sql stable set search_path = public, pg_temp as $$
  with own as materialized (select app.principals_of(of_delegate) as id),
  place as materialized (
    select m.delegator_id, m.principal_id, t.id as tenant_id from app.mandates(of_delegate) m join tenant t on m.everywhere or t.id = m.tenant_id
    where app.entitled(of_delegate, m.principal_id, t.id))
  select distinct on (c.id) c.id, c.number, s.id, m.delegator_id, sp.due_at from place m
    join stage_principal sp on sp.principal_id = m.principal_id and sp.tenant_id = m.tenant_id and sp.open join approval_stage s on s.id = sp.stage_id
    join change c on c.id = s.change_id and c.revision = s.revision and c.state in ('awaiting_approval','blocked')
  where not exists (select from change_barred b where b.change_id = c.id and b.person_id in (of_delegate, m.delegator_id))
    and not exists (select from change_barred b join delegation d on d.delegator_id = b.person_id and d.delegate_id in (of_delegate, m.delegator_id)
        and d.ended_at is null and d.starts_at <= now() and d.ends_at > now()
      where b.change_id = c.id and (d.principals = '{}' and d.tenant_id = c.tenant_id or exists (select from stage_principal x where x.change_id = c.id and x.principal_id = any (d.principals))))
    and not exists (select from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id in (of_delegate, m.delegator_id) or d.delegator_id in (of_delegate, m.delegator_id)))
    and not exists (select from stage_principal o where o.change_id = c.id and o.open and o.principal_id in (select id from own))
  order by c.id, sp.due_at, s.id, m.delegator_id
$$;
