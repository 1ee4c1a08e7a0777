-- What looking at a cluster told, one row per stretch of the same answer; cluster_state says when it was confirmed last.
create table cluster_observation (
  cluster_id text collate "C" not null references cluster(id), began_at timestamptz(3) not null default clock_timestamp(),
  reachable boolean not null, error text, kubernetes_version text, flux_version text,
  primary key (cluster_id, began_at)
);
grant select on cluster_observation to stairway_app, stairway_admin, stairway_platform;
grant select, insert on cluster_observation to stairway_worker;
create trigger append_only before update or delete on cluster_observation for each row execute function app.refuse();
create trigger no_truncate before truncate on cluster_observation for each statement execute function app.refuse();
