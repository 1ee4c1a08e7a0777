-- Access review: an owner says of every grant of a role, on a schedule, that it shall stay, seeing the people whom it gives the role to. A grant is reviewed when it is made; from
-- then, and from every review, the tenant's days count. Whether it is due is read from these rows and stored nowhere.
alter table tenant add column review_days int not null default 180 constraint tenant_review_days check (review_days between 30 and 366);
alter table membership add column granted_at timestamptz(3) not null default clock_timestamp();   -- of grants that stand already: the moment of this migration
-- A grant that was taken away and is given again goes on in the history of its name.
create function app.grant_goes_on() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$ begin
  new.granted_at := clock_timestamp();
  new.version := coalesce((select max(h.version) from row_history h where h.table_name = 'membership' and h.row_id = new.tenant_id || '/' || new.principal_id || '/' || new.role), 0) + 1;
  return new;
end $$;
create trigger goes_on before insert on membership for each row execute function app.grant_goes_on();   -- after `bump`, by its name

-- The active people behind a principal: the person, or who is in the group today.
create function app.people_behind(principal text) returns table (id text, name text) language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.display_name from person p where p.id = people_behind.principal and p.status = 'active'
  union select p.id, p.display_name from group_member m join person p on p.id = m.person_id and p.status = 'active'
    where m.group_id = people_behind.principal and (m.expires_at is null or m.expires_at > clock_timestamp())
$$;
-- Who may attest the grants of a tenant: its owners, with the administrators of the platform where fewer than two of them are left; of the platform's own grants its administrators.
create function app.attesters(of_tenant text) returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  with holder as (select distinct p.id, m.tenant_id from membership m cross join lateral app.people_behind(m.principal_id) p where (m.expires_at is null or m.expires_at > clock_timestamp())
    and (m.tenant_id = of_tenant and m.role = 'owner' and of_tenant <> 'ten_' || repeat('0', 26) or m.tenant_id = 'ten_' || repeat('0', 26) and m.role = 'admin'))
  select id from holder where tenant_id = of_tenant
  union select id from holder where (select count(*) from holder h where h.tenant_id = of_tenant) < 2
$$;

create table access_attestation (
  id text collate "C" primary key constraint access_attestation_prefix check (id like 'att\_%'),
  tenant_id text collate "C" not null references tenant(id), principal_id text collate "C" not null references principal(id), role text not null,
  verdict text not null constraint access_attestation_verdict check (verdict in ('keep','remove')),
  people jsonb not null, seen_hash bytea not null constraint access_attestation_seen check (length(seen_hash) = 32),   -- whom it gave the role to, and the hash of the grant with them, as the attester saw it
  needs_second boolean not null default false,           -- the attester holds the role by it: another one confirms before it counts
  confirms text collate "C" references access_attestation(id) constraint access_attestation_confirmed_once unique,
  reason text constraint access_attestation_reason check (length(reason) between 3 and 500),
  attested_by text collate "C" not null references person(id), attested_at timestamptz(3) not null default clock_timestamp(),
  constraint access_attestation_removal check (verdict = 'keep' or (reason is not null and not needs_second and confirms is null)),
  constraint access_attestation_one_or_other check (not (needs_second and confirms is not null))
);
create index access_attestation_grant on access_attestation (tenant_id, principal_id, role, attested_at desc);
-- Nobody attests in another's name, nor a grant of their own by name; who is among the people it names does not keep it alone while there is another who could confirm.
create function app.attestation_sound() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare among boolean := new.people @> jsonb_build_array(jsonb_build_object('id', new.attested_by));
begin
  if new.attested_by <> app.actor() or not exists (select from app.attesters(new.tenant_id) a(id) where a.id = new.attested_by) then
    raise exception '% attests nothing in %', new.attested_by, new.tenant_id using errcode = 'SW051';
  end if;
  if new.people is distinct from (select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name) order by p.id collate "C"), '[]') from app.people_behind(new.principal_id) p)
      or not exists (select from membership m where m.tenant_id = new.tenant_id and m.principal_id = new.principal_id and m.role = new.role) then
    raise exception 'the grant is not as it was seen' using errcode = 'SW052';
  end if;
  if new.verdict = 'remove' then return new; end if;
  if new.principal_id = new.attested_by then raise exception 'nobody keeps a grant of their own' using errcode = 'SW053'; end if;
  if among and new.confirms is null and not new.needs_second and exists (select from app.attesters(new.tenant_id) a(id) where a.id <> new.attested_by) then
    raise exception 'a second person confirms it' using errcode = 'SW053';
  end if;
  if new.confirms is not null and not exists (select from access_attestation f where f.id = new.confirms and f.needs_second and f.attested_by <> new.attested_by
      and (f.tenant_id, f.principal_id, f.role, f.seen_hash) = (new.tenant_id, new.principal_id, new.role, new.seen_hash)) then
    raise exception 'that is not what another one attested' using errcode = 'SW054';
  end if;
  return new;
end $$;
create trigger attestation_sound before insert on access_attestation for each row execute function app.attestation_sound();

-- Every grant that gives something today, with how it stands with its review. 14 days before it is due its owners are asked; 14 days after, it is lapsed.
create function app.access_grants(of_tenant text default null) returns table (tenant_id text, principal_id text, role text, reason text, added_by text, expires_at timestamptz, granted_at timestamptz,
    reviewed_at timestamptz, attested_by text, confirmed_of text, alone boolean, due_at timestamptz, lapses_at timestamptz, state text)
  language sql stable set search_path = public, pg_temp as $$
  select m.tenant_id, m.principal_id, m.role, m.reason, m.added_by, m.expires_at, m.granted_at, r.at, a.attested_by, a.first_by, coalesce(a.alone, false), d.due, d.due + interval '14 days',
    case when clock_timestamp() >= d.due + interval '14 days' then 'lapsed' when clock_timestamp() >= d.due then 'overdue' when clock_timestamp() >= d.due - interval '14 days' then 'due' else 'current' end
  from membership m join tenant t on t.id = m.tenant_id
    left join lateral (select x.attested_at, x.attested_by, f.attested_by as first_by, x.confirms is null and x.people @> jsonb_build_array(jsonb_build_object('id', x.attested_by)) as alone
      from access_attestation x left join access_attestation f on f.id = x.confirms
      where x.tenant_id = m.tenant_id and x.principal_id = m.principal_id and x.role = m.role and x.verdict = 'keep' and not x.needs_second and x.attested_at >= m.granted_at
      order by x.attested_at desc limit 1) a on true
    cross join lateral (select coalesce(a.attested_at, m.granted_at) as at) r
    cross join lateral (select r.at + make_interval(days => t.review_days) as due) d
  where (of_tenant is null or m.tenant_id = of_tenant) and (m.expires_at is null or m.expires_at > clock_timestamp())
$$;

-- That people were told of a grant at a stage of one period: once.
create table access_told (
  tenant_id text collate "C" not null references tenant(id), principal_id text collate "C" not null references principal(id), role text not null, due_at timestamptz(3) not null,
  stage text not null constraint access_told_stage check (stage in ('due','overdue','lapsed')), told_at timestamptz(3) not null default clock_timestamp(),
  primary key (tenant_id, principal_id, role, due_at, stage)
);
do $$ declare t text; begin
  foreach t in array array['access_attestation','access_told'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
    execute format('grant select on %I to stairway_app, stairway_platform, stairway_admin, stairway_worker', t);
  end loop;
end $$;
grant insert (id, tenant_id, principal_id, role, verdict, people, seen_hash, needs_second, confirms, reason, attested_by) on access_attestation to stairway_app, stairway_admin;
grant insert on access_told to stairway_worker;
-- Every context lists the platform's tenant to read its shared rows; its grants are changed by its administrators alone.
create policy platform_grants_stay on membership as restrictive for delete to stairway_app using (tenant_id <> 'ten_' || repeat('0', 26));

-- Whoever held a place because of the role loses it with the grant, in changes that have not started: in a stage of a policy that asks for the role, in one that was escalated to it,
-- in the built-in one of a second administrator, and in a review that is owed. Votes given from it count for no start from then on.
create function app.places_fall() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare asked jsonb := jsonb_build_object('source', 'tenant_role', 'role', old.role); begin
  delete from stage_principal sp using approval_stage s, change c
  where sp.principal_id = old.principal_id and sp.tenant_id = old.tenant_id and s.id = sp.stage_id and c.id = s.change_id and c.revision = s.revision
    and c.state in ('assessing','changes_requested','awaiting_approval','approved','scheduled','blocked') and (
      (sp.escalated and s.escalate_to @> asked)
      or (s.policy_id is null and old.role = 'admin' and old.tenant_id = 'ten_' || repeat('0', 26))
      or exists (select from approval_policy_version v, jsonb_array_elements(v.body->'stages') x where v.policy_id = s.policy_id and v.version = s.policy_version
        and x->>'name' = s.name and x->'rule' @> asked));
  update emergency_review w set principals = array_remove(w.principals, old.principal_id) from approval_policy_version v
  where w.reviewed_at is null and w.tenant_id = old.tenant_id and old.principal_id = any (w.principals) and v.policy_id = w.policy_id and v.version = w.policy_version
    and v.body->'review'->'rule' @> asked;
  return null;
end $$;
create trigger places_fall after delete on membership for each row execute function app.places_fall();

revoke execute on function app.grant_goes_on(), app.people_behind(text), app.attesters(text), app.attestation_sound(), app.access_grants(text), app.places_fall() from public;
grant execute on function app.people_behind(text), app.attesters(text), app.access_grants(text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
