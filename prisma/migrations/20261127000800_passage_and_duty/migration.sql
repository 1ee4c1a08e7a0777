-- A place on a rota is filled by whoever also holds a role that decides in the change's tenant: a feed gives nobody a vote.
create function app.may_fill(person text, principal text, in_tenant text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select principal not like 'onc\_%' or app.deciding(array(select app.principals_of(person)), in_tenant)
$$;
revoke execute on function app.may_fill(text, text, text) from public;
grant execute on function app.may_fill(text, text, text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;

-- A passage counts while it is given by the group that the freeze names now, by people who may give it now: whoever asked for the change or edited it is none of them.
create or replace function app.let_through(change text, freeze text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from public.change c join approval_stage s on s.change_id = c.id and s.revision = c.revision and s.plan_hash = c.plan_hash join change_freeze f on f.id = s.freeze_id
    where c.id = let_through.change and s.freeze_id = let_through.freeze and s.state = 'satisfied' and s.quorum <= (
      select count(*) from decision d join person p on p.id = d.decider_id join person v on v.id = coalesce(d.delegator_id, d.decider_id)
      where d.stage_id = s.id and d.verdict = 'approve' and p.status = 'active' and v.status = 'active'
        and not exists (select from change_barred b where b.change_id = c.id and b.person_id in (p.id, v.id))
        and exists (select from stage_principal q join directory_group g on g.id = q.principal_id and g.name = f.approvers
            join group_member m on m.group_id = g.id and m.person_id = v.id and (m.expires_at is null or m.expires_at > clock_timestamp())
          where q.stage_id = s.id and not exists (select from directory_group o where o.name = g.name and o.id <> g.id))
        and (d.delegation_id is null or app.mandate_stands(d.delegation_id, s.id))))
$$;

-- A change that a restricted freeze holds waits for people, too: what a digest puts off is told while it does.
create or replace function app.still_asked(person text, of_change text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person p where p.id = still_asked.person and p.status = 'active')
    and not exists (select from change_barred b where b.change_id = of_change and b.person_id = still_asked.person)
    and not exists (select from change c join decision d on d.change_id = c.id and d.revision = c.revision where c.id = of_change and still_asked.person in (d.decider_id, d.delegator_id))
    and exists (select from change c join stage_principal s on s.change_id = c.id and s.open where c.id = of_change and c.state in ('awaiting_approval','blocked') and (
      s.principal_id in (select app.principals_of(still_asked.person))
      or exists (select from app.mandates(still_asked.person) m where m.principal_id = s.principal_id and (m.everywhere or m.tenant_id = s.tenant_id))))
$$;
