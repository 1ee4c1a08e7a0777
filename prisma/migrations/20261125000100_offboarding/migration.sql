-- How far the letting go of one target came: what Flux said it had applied, before its Kustomization was deleted; until when the namespace is kept; what stands of others.
create table target_release (
  target_id text collate "C" primary key references target(id), tenant_id text collate "C" not null references tenant(id),
  change_id text collate "C" not null references change(id),
  phase text not null default 'begun' constraint target_release_phase check (phase in ('begun','pruning','pruned','cleared','quarantined','ended')),
  inventory jsonb constraint target_release_inventory check (jsonb_typeof(inventory) = 'array'),
  quarantine_until timestamptz(3), left_behind jsonb not null default '[]' constraint target_release_left check (jsonb_typeof(left_behind) = 'array'),
  namespace_kept boolean not null default false,
  updated_at timestamptz(3) not null default clock_timestamp()
);
create index target_release_change on target_release (change_id);
create index target_release_tenant on target_release (tenant_id);
alter table target_release enable row level security;
create policy tenant_wall on target_release to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on target_release to stairway_worker, stairway_admin using (true);
create policy across_read on target_release for select to stairway_platform using (true);
grant select on target_release to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on target_release to stairway_worker;
-- what a cluster said of objects that are gone for good
grant delete on flux_object to stairway_worker;
