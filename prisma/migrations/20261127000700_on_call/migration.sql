-- On call: beside every group stands a principal for whoever is on call for it now, as the on-call feed says. A stage that asks for it holds that principal, and who is behind it
-- is looked up each time, as the people of a group are: a shift that ends takes the place with it, and so does a feed that grows old.
alter table principal drop constraint principal_kind_known, drop constraint principal_prefix;
alter table principal
  add constraint principal_kind_known check (kind in ('person','group','service_account','on_call')),
  add constraint principal_prefix check (id ~ '^(usr|grp|sva|onc)_');
insert into principal (id, kind) select 'onc_' || substr(id, 5), 'on_call' from directory_group;
create function app.rota_beside_group() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$ begin
  insert into principal (id, kind) values ('onc_' || substr(new.id, 5), 'on_call') on conflict do nothing; return null;
end $$;
create trigger rota_beside_group after insert on directory_group for each row execute function app.rota_beside_group();
create index fact_on_duty on fact using gin ((value->'on_duty')) where kind = 'oncall';
-- What a role of a tenant is given to is never somebody's shift.
alter table membership add constraint membership_stands check (principal_id not like 'onc\_%');

-- How the feed stands: `unset`, `unread`, `stale`, or null while it is believed. An hour is what the check on owning teams allows; a test holds the two together.
create function app.on_call_trouble() returns text language sql stable security definer set search_path = public, pg_temp as $$
  select case when not exists (select from source_state where kind = 'oncall' and source_id is not null) then 'unset'
    when exists (select from source_state where kind = 'oncall' and as_of > clock_timestamp() - interval '60 minutes') then null
    when exists (select from source_state where kind = 'oncall' and as_of is not null) then 'stale' else 'unread' end
$$;
-- Who is on call for a group now: people of its own directory, by their user name. Nobody, where another directory has a group of that name: the feed cannot say which one it means.
create function app.on_call_for(of_group text) returns table (id text, name text) language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.display_name from directory_group g join fact f on f.kind = 'oncall' and f.key = g.name
    cross join lateral jsonb_array_elements_text(case when jsonb_typeof(f.value->'on_duty') = 'array' then f.value->'on_duty' else '[]' end) d(name) join person p on p.directory_id = g.directory_id and p.user_name = d.name and p.status = 'active'
  where g.id = on_call_for.of_group and app.on_call_trouble() is null and not exists (select from directory_group o where o.name = g.name and o.id <> g.id)
$$;
-- Why nobody is behind a rota now: `unset`, `unread`, `stale`, `unreadable` (the row of this team), `two_teams`, `nobody`; null while somebody is.
create function app.on_call_gap(principal text) returns text language sql stable security definer set search_path = public, pg_temp as $$
  select case when principal not like 'onc\_%' then null else coalesce(app.on_call_trouble(), (
    select case when exists (select from directory_group o where o.name = g.name and o.id <> g.id) then 'two_teams'
      when exists (select from fact f where f.kind = 'oncall' and f.key = g.name and f.value ? 'trouble') then 'unreadable'
      when not exists (select from app.on_call_for(g.id)) then 'nobody' end
    from directory_group g where g.id = 'grp_' || substr(principal, 5))) end
$$;
-- What a principal is called: a person, a group, or the rota of a group.
create function app.principal_name(principal text) returns text language sql stable security definer set search_path = public, pg_temp as $$
  select case when principal like 'usr\_%' then (select p.display_name from person p where p.id = principal)
    else (select case when principal like 'onc\_%' then 'on call for ' else '' end || g.name from directory_group g where g.id = 'grp_' || substr(principal, 5)) end
$$;
create or replace function app.people_behind(principal text) returns table (id text, name text) language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.display_name from person p where p.id = people_behind.principal and p.status = 'active'
  union select p.id, p.display_name from group_member m join person p on p.id = m.person_id and p.status = 'active'
    where m.group_id = people_behind.principal and (m.expires_at is null or m.expires_at > clock_timestamp())
  union select c.id, c.name from app.on_call_for('grp_' || substr(people_behind.principal, 5)) c where people_behind.principal like 'onc\_%'
$$;
-- A person, their groups, and the rotas that they are on call for, now.
create or replace function app.principals_of(person text) returns setof text language sql stable security definer set search_path = public, pg_temp as $$
  select person union select m.group_id from group_member m where m.person_id = principals_of.person and (m.expires_at is null or m.expires_at > clock_timestamp())
  union select 'onc_' || substr(g.id, 5) from public.person p join fact f on f.kind = 'oncall' and f.value->'on_duty' ? p.user_name join directory_group g on g.name = f.key and g.directory_id = p.directory_id
    where p.id = principals_of.person and p.status = 'active' and app.on_call_trouble() is null and not exists (select from directory_group o where o.name = g.name and o.id <> g.id)
$$;
-- Is a group one of the tenant's: it holds a role there, owns a service there, or most of its active people hold a role there?
create function app.team_of_tenant(of_group text, in_tenant text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  with granted as materialized (select m.principal_id from membership m where m.tenant_id = in_tenant and (m.expires_at is null or m.expires_at > clock_timestamp()))
  select exists (select from granted w where w.principal_id = of_group)
    or exists (select from ci c where c.tenant_id = in_tenant and c.class = 'service' and c.owner_group_id = of_group and c.retired_at is null)
    or (select count(*) filter (where exists (select from granted w where w.principal_id in (select app.principals_of(b.id)))) * 2 > count(*) from app.people_behind(of_group) b)
$$;
do $$ declare f text; begin
  foreach f in array array['on_call_trouble()','on_call_for(text)','on_call_gap(text)','principal_name(text)','team_of_tenant(text, text)'] loop
    execute format('revoke execute on function app.%s from public', f);
    execute format('grant execute on function app.%s to stairway_app, stairway_platform, stairway_admin, stairway_worker', f);
  end loop;
end $$;
revoke execute on function app.rota_beside_group() from public;
