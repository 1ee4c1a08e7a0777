-- A cluster that was rebuilt or found empty is primed again by itself: why, how far that is, and what it waits for.
create table cluster_rebuild (
  id text collate "C" primary key constraint cluster_rebuild_prefix check (id like 'crb\_%'), cluster_id text collate "C" not null references cluster(id),
  cause text not null constraint cluster_rebuild_cause check (cause in ('identity','empty')), old_uid text not null, new_uid text not null,
  state text not null default 'waiting' constraint cluster_rebuild_state check (state in ('waiting','priming','converging','done')),
  state_before text not null,                              -- the cluster's own, given back at the end
  detail text constraint cluster_rebuild_detail check (length(detail) <= 1000),
  began_at timestamptz(3) not null default clock_timestamp(), ended_at timestamptz(3),
  constraint cluster_rebuild_ended check ((ended_at is not null) = (state = 'done'))
);
create unique index cluster_rebuild_open on cluster_rebuild (cluster_id) where ended_at is null;
create index cluster_rebuild_cluster on cluster_rebuild (cluster_id, began_at desc);
grant select on cluster_rebuild to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on cluster_rebuild to stairway_worker;
grant update (state_before) on cluster_rebuild to stairway_admin;

alter table drift_repair add column rebuild_id text collate "C" references cluster_rebuild(id);   -- whose wave it belongs to
create index drift_repair_rebuild on drift_repair (rebuild_id) where rebuild_id is not null;
