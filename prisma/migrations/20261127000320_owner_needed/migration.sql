-- Services whose owning team has nobody left, or one person: read from the rows as they are; a row here remembers since when, and that people were told of this falling.
create table owner_finding (
  id text collate "C" primary key constraint owner_finding_prefix check (id like 'onf\_%'),
  tenant_id text collate "C" not null references tenant(id), service_id text collate "C" not null references ci(id),
  kind text not null constraint owner_finding_kind check (kind in ('no_owner','one_left')),
  found_at timestamptz(3) not null default clock_timestamp(), closed_at timestamptz(3)
);
create unique index owner_finding_open on owner_finding (service_id) where closed_at is null;
alter table owner_finding enable row level security;
create policy tenant_wall on owner_finding to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on owner_finding to stairway_worker, stairway_admin using (true);
create policy across_read on owner_finding for select to stairway_platform using (true);
grant select on owner_finding to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert (id, tenant_id, service_id, kind), update (closed_at) on owner_finding to stairway_worker;
create function app.finding_closed_once() returns trigger language plpgsql as $$ begin
  if old.closed_at is not null then raise exception 'a finding that is over stays over' using errcode = 'SW006'; end if;
  return new;
end $$;
create trigger finding_closed_once before update on owner_finding for each row execute function app.finding_closed_once();

-- Live services with fewer than two active people in the team that owns them. Each team is counted once, however many services it has.
create function app.ownerless() returns table (service_id text, tenant_id text, kind text) language sql stable set search_path = public, pg_temp as $$
  with team as (select m.group_id, count(*) as people from group_member m join person p on p.id = m.person_id and p.status = 'active'
    where m.expires_at is null or m.expires_at > clock_timestamp() group by m.group_id)
  select c.id, c.tenant_id, case when t.people is null then 'no_owner' else 'one_left' end from ci c left join team t on t.group_id = c.owner_group_id
  where c.class = 'service' and c.retired_at is null and coalesce(t.people, 0) < 2
$$;
revoke execute on function app.finding_closed_once(), app.ownerless() from public;
grant execute on function app.ownerless() to stairway_app, stairway_platform, stairway_admin, stairway_worker;
