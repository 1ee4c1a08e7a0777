-- Once per server, as a role with CREATEROLE. Passwords are set by the operator.
-- owner: migrations only.  admin: commands on shared rows and tenants that declare a platform permission, entered like platform.  app: the web process, one tenant wall.  platform: read-across for admins, auditors, inbox, fleet.  worker: all tenants, still no audit rewriting.
do $$ begin
  if not exists (select from pg_roles where rolname = 'stairway_owner') then create role stairway_owner login; end if;
  if not exists (select from pg_roles where rolname = 'stairway_platform') then create role stairway_platform nologin; end if;
  if not exists (select from pg_roles where rolname = 'stairway_admin') then create role stairway_admin nologin; end if;
  if not exists (select from pg_roles where rolname = 'stairway_app') then create role stairway_app login noinherit; end if;
  if not exists (select from pg_roles where rolname = 'stairway_worker') then create role stairway_worker login noinherit; end if;
end $$;
grant stairway_platform, stairway_admin to stairway_app;                 -- reached only by set_config('role', …, true) inside a transaction
-- short queries only: a recursive estimate above jit_above_cost would compile for longer than it runs
alter role stairway_app set jit = off;
alter role stairway_worker set jit = off;
-- solid-state storage: the default of 4 makes the planner prefer scanning a small table to its trigram index
alter role stairway_app set random_page_cost = 1.1;
alter role stairway_worker set random_page_cost = 1.1;
