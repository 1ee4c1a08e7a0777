-- What on clusters is not as approved, object by object with the fields that differ; who asked for its repair; and what a tenant wants done about it.
create table drift_finding (
  id bigint generated always as identity primary key, tenant_id text collate "C" not null references tenant(id), target_id text collate "C" not null references target(id),
  api_version text not null, kind text not null, namespace text not null, name text not null,
  drift text not null constraint drift_known check (drift in ('missing','deleting','foreign','immutable','suspended','edited','added')),
  differences jsonb not null constraint drift_differences check (jsonb_typeof(differences) = 'array'),
  first_seen timestamptz(3) not null default clock_timestamp(), last_seen timestamptz(3) not null default clock_timestamp(), resolved_at timestamptz(3)
);
create unique index drift_finding_open on drift_finding (target_id, api_version, kind, name) where resolved_at is null;
create index drift_finding_target on drift_finding (target_id, first_seen desc);
create index drift_finding_tenant on drift_finding (tenant_id);

create table drift_repair (
  id text collate "C" primary key constraint drift_repair_prefix check (id like 'drr\_%'), tenant_id text collate "C" not null references tenant(id), target_id text collate "C" not null references target(id),
  reason text not null constraint drift_repair_reason check (length(reason) between 1 and 500),
  take_over boolean not null default false,                -- also what other programs hold
  asked_by text not null, asked_at timestamptz(3) not null default clock_timestamp(),
  approved_by text constraint drift_repair_two_people check (approved_by <> asked_by), approved_at timestamptz(3),   -- who decided what was proposed
  state text not null constraint drift_repair_state check (state in ('proposed','asked','done','failed')),
  attempts smallint not null default 0, detail text constraint drift_repair_detail check (length(detail) <= 1000), ended_at timestamptz(3),
  constraint drift_repair_ended check ((ended_at is not null) = (state in ('done','failed')))
);
create unique index drift_repair_open on drift_repair (target_id) where ended_at is null;
create index drift_repair_target on drift_repair (target_id, asked_at desc);
create index drift_repair_tenant on drift_repair (tenant_id);

create table drift_policy (                               -- where a row is missing: report in production, repair elsewhere
  tenant_id text collate "C" not null references tenant(id), environment text not null references environment(name),
  policy text not null constraint drift_policy_known check (policy in ('report','repair','approve')),
  set_by text not null, set_at timestamptz(3) not null default clock_timestamp(), primary key (tenant_id, environment)
);

create table cluster_sweep (                              -- when a cluster is compared next, and where the turn of its namespaces stands
  cluster_id text collate "C" primary key references cluster(id), swept_at timestamptz(3), next_at timestamptz(3) not null default clock_timestamp(),
  last_namespace text not null default '', objects int not null default 0, drifted int not null default 0
);

alter table drift_finding enable row level security;
alter table drift_repair enable row level security;
alter table drift_policy enable row level security;
create policy tenant_wall on drift_finding to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy tenant_wall on drift_repair to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy tenant_wall on drift_policy to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on drift_finding to stairway_worker, stairway_admin using (true);
create policy across on drift_repair to stairway_worker, stairway_admin using (true);
create policy across on drift_policy to stairway_worker, stairway_admin using (true);
create policy across_read on drift_finding for select to stairway_platform using (true);
create policy across_read on drift_repair for select to stairway_platform using (true);
create policy across_read on drift_policy for select to stairway_platform using (true);
grant select on drift_finding to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on drift_finding to stairway_worker;
grant select, insert, update on drift_repair to stairway_app, stairway_admin, stairway_worker;
grant select on drift_repair to stairway_platform;
grant select on drift_policy to stairway_app, stairway_worker, stairway_platform;
grant select, insert, update on drift_policy to stairway_admin;
grant select on cluster_sweep to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on cluster_sweep to stairway_worker;
