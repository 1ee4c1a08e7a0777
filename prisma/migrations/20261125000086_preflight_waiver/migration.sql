-- A blocking check of a cluster that fails is lived with for a while: asked for by one person, granted by another, for exactly what was found.
create table preflight_waiver (
  id text collate "C" primary key, cluster_id text collate "C" not null references cluster(id),
  check_id text not null, finding text not null,
  reason text not null constraint waiver_reason check (length(reason) between 3 and 500),
  asked_by text collate "C" not null references person(id), asked_at timestamptz(3) not null default clock_timestamp(), expires_at timestamptz(3) not null,
  verdict text constraint waiver_verdict check (verdict in ('granted','refused')), decided_by text collate "C" references person(id), decided_at timestamptz(3),
  revoked_by text collate "C" references person(id), revoked_at timestamptz(3),
  constraint waiver_decided check ((verdict is null) = (decided_by is null) and (verdict is null) = (decided_at is null)),
  constraint waiver_second_person check (decided_by <> asked_by),
  constraint waiver_bounded check (expires_at > asked_at and expires_at <= asked_at + interval '91 days'),
  constraint waiver_revoked check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null or verdict = 'granted'))
);
create index waiver_cluster on preflight_waiver (cluster_id, check_id, asked_at desc);
create unique index waiver_open on preflight_waiver (cluster_id, check_id) where verdict is null;
grant select on preflight_waiver to stairway_app, stairway_platform, stairway_worker;
grant select, insert, update on preflight_waiver to stairway_admin;

-- The blocking checks that a cluster fails at its newest preflight, less those that are waived for exactly what was found.
create function app.unfit_for(cluster text) returns text[] language sql stable set search_path = public, pg_temp as $$
  select coalesce(array_agg(c->>'id' order by c->>'id'), '{}') from cluster_preflight p cross join lateral jsonb_array_elements(p.checks) c
  where p.cluster_id = cluster and c->>'outcome' = 'fail' and (c->>'blocking')::boolean
    and not exists (select from preflight_waiver w where w.cluster_id = cluster and w.check_id = c->>'id' and w.finding = c->>'evidence'
      and w.verdict = 'granted' and w.revoked_at is null and w.expires_at > clock_timestamp())
$$;
