-- Which revisions Flux said Ready with, per instance: what may be gone back to.
create table instance_revision (
  instance_id text collate "C" not null references service_instance(id), commit text collate "C" not null constraint instance_revision_commit check (commit ~ '^[0-9a-f]{40}$'),
  tenant_id text collate "C" not null references tenant(id), revision text not null,
  first_ready_at timestamptz(3) not null default clock_timestamp(), last_seen_at timestamptz(3) not null default clock_timestamp(),
  source text not null constraint instance_revision_source check (source in ('look','event')),
  primary key (instance_id, commit)
);
create index instance_revision_recent on instance_revision (instance_id, last_seen_at desc);
create index instance_revision_tenant on instance_revision (tenant_id);
alter table instance_revision enable row level security;
create policy tenant_wall on instance_revision to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on instance_revision to stairway_worker, stairway_admin using (true);
create policy across_read on instance_revision for select to stairway_platform using (true);
grant select on instance_revision to stairway_app, stairway_admin, stairway_worker, stairway_platform;

create function app.commit_of(revision text) returns text language sql immutable as $$ select substring(revision from '(?:^|@)sha1:([0-9a-f]{40})$') $$;
create type app.ready_revision as (instance_id text, revision text);
-- Written where observed objects are, in the same statement; the newest 50 of each instance stay.
create function app.keep_revisions(ready app.ready_revision[], told text) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare touched text[];
begin
  with fresh as (
    insert into instance_revision (instance_id, commit, tenant_id, revision, source)
    select distinct on (x.instance_id, app.commit_of(x.revision)) x.instance_id, app.commit_of(x.revision), i.tenant_id, x.revision, told
    from unnest(ready) x join service_instance i on i.id = x.instance_id where app.commit_of(x.revision) is not null
    order by x.instance_id, app.commit_of(x.revision)
    on conflict (instance_id, commit) do update set last_seen_at = clock_timestamp() returning instance_id, (xmax = 0) as is_new)
  select array_agg(distinct instance_id) into touched from fresh where is_new;
  if touched is null then return; end if;
  delete from instance_revision r using (
    select instance_id, commit, row_number() over (partition by instance_id order by last_seen_at desc, first_ready_at desc) n from instance_revision where instance_id = any (touched)) x
  where x.n > 50 and r.instance_id = x.instance_id and r.commit = x.commit;
end $$;
create function app.observed_revisions() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare ready app.ready_revision[];
begin
  if tg_op = 'INSERT' then
    select array_agg((instance_id, applied_revision)::app.ready_revision) into ready from new_rows
      where kind in ('Kustomization','HelmRelease') and status = 'ready' and instance_id is not null and applied_revision is not null;
  else
    -- what it comes to, and, as last seen, what it leaves
    select array_agg((x.instance_id, x.revision)::app.ready_revision) into ready from (
      select n.instance_id, n.applied_revision as revision from new_rows n join old_rows o using (id)
        where n.kind in ('Kustomization','HelmRelease') and n.status = 'ready' and (o.status, o.applied_revision) is distinct from (n.status, n.applied_revision)
      union select o.instance_id, o.applied_revision from old_rows o join new_rows n using (id)
        where o.kind in ('Kustomization','HelmRelease') and o.status = 'ready' and o.applied_revision is distinct from n.applied_revision) x
      where x.instance_id is not null and x.revision is not null;
  end if;
  if ready is not null then perform app.keep_revisions(ready, 'look'); end if;
  return null;
end $$;
create trigger revisions_insert after insert on flux_object referencing new table as new_rows for each statement execute function app.observed_revisions();
create trigger revisions_update after update on flux_object referencing old table as old_rows new table as new_rows for each statement execute function app.observed_revisions();
-- a revision that came and went between two looks is known by its event alone
create function app.told_revision() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform app.keep_revisions(array[(new.instance_id, new.revision)::app.ready_revision], 'event');
  return null;
end $$;
-- at the commit: a run's step locks its targets first and then comes to this table, so whoever wakes such a step must come in that order too
create constraint trigger told_revision after insert on flux_event deferrable initially deferred for each row
  when (new.object_kind = 'Kustomization' and new.reason = 'ReconciliationSucceeded' and new.severity = 'info' and new.instance_id is not null and new.revision is not null)
  execute function app.told_revision();
select app.keep_revisions(array(select (instance_id, applied_revision)::app.ready_revision from flux_object
  where kind in ('Kustomization','HelmRelease') and status = 'ready' and instance_id is not null and applied_revision is not null), 'look');

-- By which change an instance was pinned to a commit; both are set and lifted together with the inventory.
alter table service_instance add column pinned_by text collate "C" references change(id);
alter table service_instance add constraint instance_pin check ((pinned_revision is null) = (pinned_by is null));
alter table change drop constraint change_kind_known;
alter table change add constraint change_kind_known check (kind in ('onboard','add_targets','remove_targets','switch_source','tune_delivery','progressive_delivery',
  'transfer','rotate_credentials','upgrade_template','retire','reprime','edit_tenant','edit_policy','adopt','cluster_baseline','roll_back'));

-- An instance's revision is the one applied, whichever of its objects is worst: a source applies none.
create or replace function app.flux_rollup() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare d app.flux_delta[]; touched text[];
begin
  if tg_op = 'INSERT' then
    select array_agg((cluster_id, instance_id, status, 1)::app.flux_delta) into d from new_rows;
  elsif tg_op = 'DELETE' then
    select array_agg((cluster_id, instance_id, status, -1)::app.flux_delta) into d from old_rows;
  else
    select array_agg((x.cluster_id, x.instance_id, x.status, x.n)::app.flux_delta) into d from (
      select n.cluster_id, n.instance_id, n.status, 1 n from new_rows n join old_rows o using (id) where (o.status, o.applied_revision) is distinct from (n.status, n.applied_revision)
      union all select o.cluster_id, o.instance_id, o.status, -1 from old_rows o join new_rows n using (id) where (o.status, o.applied_revision) is distinct from (n.status, n.applied_revision)) x;
  end if;
  if d is null then return null; end if;
  perform 1 from cluster_state where cluster_id in (select cluster_id from unnest(d)) order by cluster_id for update;     -- always in id order: no deadlock
  update cluster_state c set total = c.total + x.t, ready = c.ready + x.ready, reconciling = c.reconciling + x.reconciling, behind = c.behind + x.behind,
      suspended = c.suspended + x.suspended, unknown = c.unknown + x.unknown, failing = c.failing + x.failing, stalled = c.stalled + x.stalled
    from (select cluster_id, sum(n) t, coalesce(sum(n) filter (where status = 'ready'), 0) ready, coalesce(sum(n) filter (where status in ('reconciling','deleting')), 0) reconciling,
            coalesce(sum(n) filter (where status = 'behind'), 0) behind, coalesce(sum(n) filter (where status = 'suspended'), 0) suspended, coalesce(sum(n) filter (where status = 'unknown'), 0) unknown,
            coalesce(sum(n) filter (where status in ('failing','failing_retrying','source_failing','ready_but')), 0) failing, coalesce(sum(n) filter (where status = 'stalled'), 0) stalled
          from unnest(d) group by cluster_id) x
    where c.cluster_id = x.cluster_id and (x.t, x.ready, x.reconciling, x.behind, x.suspended, x.unknown, x.failing, x.stalled) is distinct from (0, 0, 0, 0, 0, 0, 0, 0);
  select array_agg(distinct instance_id) into touched from unnest(d) where instance_id is not null;
  if touched is null then return null; end if;
  perform 1 from instance_state where instance_id = any (touched) order by instance_id for update;
  with worst as (select distinct on (instance_id) instance_id, status, severity from flux_object where instance_id = any (touched) order by instance_id, severity desc, id),
  applied as (select distinct on (instance_id) instance_id, applied_revision from flux_object where instance_id = any (touched) and applied_revision is not null
    order by instance_id, (kind in ('Kustomization','HelmRelease')) desc, severity desc, id),
  up as (update instance_state s set status = w.status, severity = w.severity, revision = coalesce(a.applied_revision, s.revision), since = case when s.status <> w.status then now() else s.since end
         from worst w left join applied a using (instance_id) where s.instance_id = w.instance_id and (s.status, s.revision) is distinct from (w.status, coalesce(a.applied_revision, s.revision)) returning s.service_id)
  select array_agg(distinct service_id) into touched from up;
  if touched is not null then perform app.service_rollup(touched); end if;
  return null;
end $$;
update instance_state s set revision = a.applied_revision from (
  select distinct on (instance_id) instance_id, applied_revision from flux_object where instance_id is not null and applied_revision is not null
  order by instance_id, (kind in ('Kustomization','HelmRelease')) desc, severity desc, id) a
  where s.instance_id = a.instance_id and s.revision is distinct from a.applied_revision;
