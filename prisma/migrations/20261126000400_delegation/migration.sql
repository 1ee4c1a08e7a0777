-- Delegation: for a while another person may sign for one. Resolved whenever it is asked, never copied: who is named here stands in nobody's queue by a row.
create table delegation (
  id text collate "C" primary key constraint delegation_prefix check (id like 'dlg\_%'),
  tenant_id text collate "C" not null references tenant(id),   -- whose changes; with principals: the platform's own, and then of every tenant
  delegator_id text collate "C" not null references person(id), delegate_id text collate "C" not null references person(id),
  principals text[] collate "C" not null default '{}',           -- groups, or the person by name; none is all that the delegator may decide in that tenant
  starts_at timestamptz(3) not null, ends_at timestamptz(3) not null,
  reason text constraint delegation_reason check (length(reason) between 3 and 500),
  made_at timestamptz(3) not null default clock_timestamp(),
  ended_at timestamptz(3), ended_by text, end_reason text constraint delegation_end_reason check (length(end_reason) between 3 and 500),
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint delegation_other check (delegator_id <> delegate_id),
  constraint delegation_period check (ends_at > starts_at and ends_at <= starts_at + interval '60 days'),
  constraint delegation_groups_everywhere check (principals = '{}' or tenant_id = 'ten_' || repeat('0', 26)),
  constraint delegation_ended check (num_nulls(ended_at, ended_by, end_reason) in (0, 3)),
  -- one delegate at a time
  constraint delegation_one_at_a_time exclude using gist (delegator_id with =, tstzrange(starts_at, ends_at) with &&) where (ended_at is null)
);
create index delegation_given on delegation (delegator_id, made_at desc, id desc);
create index delegation_received on delegation (delegate_id, made_at desc, id desc);
create index delegation_made on delegation (made_at desc, id desc);
create trigger bump before insert or update or delete on delegation for each row execute function app.bump();
create trigger keep after insert or update or delete on delegation for each row execute function app.keep();
alter table delegation enable row level security;
create policy tenant_wall on delegation to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on delegation to stairway_worker, stairway_admin using (true);
create policy across_read on delegation for select to stairway_platform using (true);
grant select on delegation to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert (id, tenant_id, delegator_id, delegate_id, principals, starts_at, ends_at, reason) on delegation to stairway_app;
grant update (ended_at, ended_by, end_reason) on delegation to stairway_app, stairway_admin, stairway_worker;

-- What was agreed is not edited, only ended, once. Nobody makes one in another's name.
create function app.delegation_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.delegator_id <> app.actor() then raise exception 'nobody delegates for another' using errcode = 'SW041'; end if;
    return new;
  end if;
  if old.ended_at is not null or (old.tenant_id, old.delegator_id, old.delegate_id, old.principals, old.starts_at, old.ends_at, old.reason, old.made_at)
      is distinct from (new.tenant_id, new.delegator_id, new.delegate_id, new.principals, new.starts_at, new.ends_at, new.reason, new.made_at) then
    raise exception 'a delegation is ended, not edited' using errcode = 'SW006';
  end if;
  return new;
end $$;
create trigger delegation_kept before insert or update on delegation for each row execute function app.delegation_kept();

-- A person and their groups, now.
create function app.principals_of(person text) returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select person union select m.group_id from group_member m where m.person_id = principals_of.person and (m.expires_at is null or m.expires_at > clock_timestamp())
$$;
-- Does one of these principals carry a role that decides changes in the tenant, there or bank-wide? Bank-wide alone for the platform's own tenant.
create function app.deciding(principals text[], in_tenant text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from membership m where m.principal_id = any (principals) and (m.expires_at is null or m.expires_at > clock_timestamp())
    and (m.tenant_id = 'ten_' || repeat('0', 26) and m.role in ('approver','admin') or m.tenant_id = in_tenant and m.tenant_id <> 'ten_' || repeat('0', 26) and m.role in ('owner','approver')))
$$;
-- The entitlement behind one place in a stage: an active person who decides there by a role of their own; bank-wide, where the place is held bank-wide.
create function app.entitled(person text, to_place_of text, in_tenant text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person p where p.id = entitled.person and p.status = 'active')
    and app.deciding(array(select app.principals_of(entitled.person)), case when app.deciding(array[to_place_of], 'ten_' || repeat('0', 26)) then 'ten_' || repeat('0', 26) else in_tenant end)
$$;
-- The places that somebody may fill for others now: one row for each principal of a delegator that a delegation in force covers.
create function app.mandates(of_delegate text) returns table (delegation_id text, delegator_id text, tenant_id text, everywhere boolean, principal_id text)
  language sql stable security definer set search_path = public, pg_temp as $$
  select d.id, d.delegator_id, d.tenant_id, d.principals <> '{}', q.id from delegation d
    join person a on a.id = d.delegator_id and a.status = 'active' join person b on b.id = d.delegate_id and b.status = 'active'
    cross join lateral app.principals_of(d.delegator_id) q(id)
  where d.delegate_id = of_delegate and d.ended_at is null and d.starts_at <= clock_timestamp() and d.ends_at > clock_timestamp()
    and (d.principals = '{}' or q.id = any (d.principals))
$$;
-- Does the delegation give its delegate a place in the stage, its period aside: not ended, both active, the delegator still in the stage, the delegate still entitled?
create function app.mandate_stands(delegation text, stage text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from delegation d join approval_stage s on s.id = mandate_stands.stage join stage_principal sp on sp.stage_id = s.id join person a on a.id = d.delegator_id and a.status = 'active'
    where d.id = mandate_stands.delegation and d.ended_at is null and (d.principals <> '{}' or d.tenant_id = s.tenant_id) and (d.principals = '{}' or sp.principal_id = any (d.principals))
      and sp.principal_id in (select app.principals_of(d.delegator_id)) and app.entitled(d.delegate_id, sp.principal_id, s.tenant_id))
$$;
-- Can it be used at all: both active, and at least one place of the delegator in its scope for which the delegate is entitled?
create function app.delegation_holds(delegator text, delegate text, in_tenant text, principals text[]) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person a where a.id = delegator and a.status = 'active') and exists (
    select from app.principals_of(delegator) q(id) join tenant t on case when principals = '{}' then t.id = in_tenant else q.id = any (principals) end
    where app.deciding(array(select app.principals_of(delegator)), t.id) and app.entitled(delegate, q.id, t.id))
$$;
-- Whoever stands in for somebody who may not decide the change may not either, while they do.
create function app.barred_delegates(change text) returns table (person_id text, why text) language sql stable security definer set search_path = public, pg_temp as $$
  select d.delegate_id, 'stand in for ' || p.display_name || ', who ' || b.why from change_barred b join public.change c on c.id = b.change_id join person p on p.id = b.person_id
    join delegation d on d.delegator_id = b.person_id and d.ended_at is null and d.starts_at <= clock_timestamp() and d.ends_at > clock_timestamp()
  where b.change_id = barred_delegates.change
    and (d.principals = '{}' and d.tenant_id = c.tenant_id or exists (select from stage_principal sp where sp.change_id = c.id and sp.principal_id = any (d.principals)))
$$;
-- "B for A": the vote names both, and the delegation by which it was given.
alter table decision
  add column delegator_id text collate "C" references person(id), add column delegation_id text collate "C" references delegation(id),
  add constraint decision_for_another check ((delegator_id is null) = (delegation_id is null) and delegator_id <> decider_id);
create index decision_delegator on decision (delegator_id, change_id) where delegator_id is not null;
-- What waits for a person by delegation alone: each change once, by the stage that is due first. What holds for a place and a tenant is asked once, not for each change.
create function app.delegated_queue(of_delegate text) returns table (change_id text, number bigint, stage_id text, delegator_id text, due_at timestamptz)
  language sql stable set search_path = public, pg_temp as $$
  with own as materialized (select app.principals_of(of_delegate) as id),
  place as materialized (
    select m.delegator_id, m.principal_id, t.id as tenant_id from app.mandates(of_delegate) m join tenant t on m.everywhere or t.id = m.tenant_id
    where app.entitled(of_delegate, m.principal_id, t.id))
  select distinct on (c.id) c.id, c.number, s.id, m.delegator_id, sp.due_at from place m
    join stage_principal sp on sp.principal_id = m.principal_id and sp.tenant_id = m.tenant_id and sp.open join approval_stage s on s.id = sp.stage_id
    join change c on c.id = s.change_id and c.revision = s.revision and c.state = 'awaiting_approval'
  where not exists (select from change_barred b where b.change_id = c.id and b.person_id in (of_delegate, m.delegator_id))
    and not exists (select from change_barred b join delegation d on d.delegator_id = b.person_id and d.delegate_id in (of_delegate, m.delegator_id)
        and d.ended_at is null and d.starts_at <= now() and d.ends_at > now()
      where b.change_id = c.id and (d.principals = '{}' and d.tenant_id = c.tenant_id or exists (select from stage_principal x where x.change_id = c.id and x.principal_id = any (d.principals))))
    and not exists (select from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id in (of_delegate, m.delegator_id) or d.delegator_id in (of_delegate, m.delegator_id)))
    and not exists (select from stage_principal o where o.change_id = c.id and o.open and o.principal_id in (select id from own))
  order by c.id, sp.due_at, s.id, m.delegator_id
$$;
-- One person, one vote in a revision, given or signed for; a vote for another needs a delegation of the two that stands, and in force when it is first given.
create function app.one_person_one_vote() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from decision d where d.change_id = new.change_id and d.revision = new.revision
      and (d.decider_id in (new.decider_id, new.delegator_id) or d.delegator_id in (new.decider_id, new.delegator_id))) then
    raise exception 'one person, one vote' using errcode = '23505';
  end if;
  if new.delegation_id is null then return new; end if;
  perform from delegation d where d.id = new.delegation_id and d.delegator_id = new.delegator_id and d.delegate_id = new.decider_id and app.mandate_stands(d.id, new.stage_id)
    and (new.carried_from is not null or d.starts_at <= clock_timestamp() and d.ends_at > clock_timestamp());
  if not found then raise exception 'no delegation lets % sign for %', new.decider_id, new.delegator_id using errcode = 'SW042'; end if;
  return new;
end $$;
create trigger one_person_one_vote before insert on decision for each row execute function app.one_person_one_vote();

revoke execute on function app.delegation_kept(), app.principals_of(text), app.deciding(text[], text), app.entitled(text, text, text), app.mandates(text), app.mandate_stands(text, text),
  app.delegation_holds(text, text, text, text[]), app.barred_delegates(text), app.delegated_queue(text), app.one_person_one_vote() from public;
grant execute on function app.principals_of(text), app.deciding(text[], text), app.entitled(text, text, text), app.mandates(text), app.mandate_stands(text, text),
  app.delegation_holds(text, text, text, text[]), app.barred_delegates(text), app.delegated_queue(text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
