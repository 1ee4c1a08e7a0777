-- The newest preflight of each cluster: what was looked at, how it stood, and what mends it.
create table cluster_preflight (
  cluster_id text collate "C" primary key references cluster(id),
  checked_at timestamptz(3) not null default clock_timestamp(),
  checks jsonb not null constraint preflight_is_a_list check (jsonb_typeof(checks) = 'array')
);
grant select on cluster_preflight to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on cluster_preflight to stairway_worker;
