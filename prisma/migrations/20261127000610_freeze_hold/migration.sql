-- A freeze may hold GitOps too: what applies the instances in its scope is suspended while it holds, and resumed after.
alter table change_freeze add column holds_flux boolean not null default false;

-- One suspension of an instance's Kustomization or HelmRelease by freezes: written before the cluster is touched, ended when the last of them let go.
create table freeze_hold (
  id text collate "C" primary key constraint freeze_hold_prefix check (id like 'fzh\_%'), tenant_id text collate "C" not null references tenant(id),
  instance_id text collate "C" not null references service_instance(id), cluster_id text collate "C" not null references cluster(id),
  freezes text[] collate "C" not null constraint freeze_hold_by check (cardinality(freezes) >= 1),   -- which freezes; the last of them lets go
  until timestamptz(3),                                   -- by what is known of all of them; null: not in sight
  -- asked: to be suspended · held: suspended by us · found: another had suspended it before · releasing: to be resumed · released, kept (for another's sake), gone: over
  state text not null default 'asked' constraint freeze_hold_state check (state in ('asked','held','found','releasing','released','kept','gone')),
  detail text constraint freeze_hold_detail check (length(detail) <= 1000),   -- what stands in the way, or who suspended it
  round int not null default 1,                           -- how often it was asked: the object bears it, so that what was done is told from what was done before
  handed_over boolean not null default false,             -- another had suspended it and wished it resumed while we hold it: that is ours to do
  attempts int not null default 0, retry_at timestamptz(3), holder text, lease_until timestamptz(3),
  asked_at timestamptz(3) not null default clock_timestamp(), held_at timestamptz(3), checked_at timestamptz(3), ended_at timestamptz(3),
  constraint freeze_hold_ended check ((ended_at is not null) = (state in ('released','kept','gone')))
);
create unique index freeze_hold_live on freeze_hold (instance_id) where ended_at is null;
create index freeze_hold_cluster on freeze_hold (cluster_id) where ended_at is null;
create index freeze_hold_tenant on freeze_hold (tenant_id);
create index freeze_hold_instance on freeze_hold (instance_id, asked_at desc);
alter table freeze_hold enable row level security;
create policy tenant_wall on freeze_hold to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on freeze_hold to stairway_worker, stairway_admin using (true);
create policy across_read on freeze_hold for select to stairway_platform using (true);
grant select on freeze_hold to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert, update on freeze_hold to stairway_worker;

-- Who asked for the suspension of an instance that stands or is about to be made, by what people asked last; null where that was a resume, or nothing.
create function app.suspended_by(instance text) returns text language sql stable set search_path = public, pg_temp as $$
  select coalesce(p.display_name, 'Stairway') from (
    select a.kind, a.asked_by from flux_action a where a.instance_id = suspended_by.instance and a.kind in ('suspend','resume') and a.state <> 'failed' order by a.asked_at desc limit 1) a
    left join person p on p.id = a.asked_by where a.kind = 'suspend'
$$;
grant execute on function app.suspended_by(text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
revoke execute on function app.suspended_by(text) from public;
