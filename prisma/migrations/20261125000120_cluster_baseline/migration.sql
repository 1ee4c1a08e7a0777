-- What stands of the baseline on each cluster, as it was read last: plans are compared with it, and pages.
create table cluster_baseline_reading (
  cluster_id text collate "C" primary key references cluster(id),
  read_at timestamptz(3) not null default clock_timestamp(),
  objects jsonb not null constraint baseline_reading_is_a_list check (jsonb_typeof(objects) = 'array')
);
grant select on cluster_baseline_reading to stairway_app, stairway_admin, stairway_platform;
grant select, insert, update on cluster_baseline_reading to stairway_worker;

-- Every version of the baseline that was seen in force on a cluster, by the change that asked for it.
create table cluster_baseline (
  change_id text collate "C" primary key references change(id), cluster_id text collate "C" not null references cluster(id),
  version text not null, asked_by text collate "C" not null references person(id),
  verified_at timestamptz(3) not null default clock_timestamp()
);
create index cluster_baseline_newest on cluster_baseline (cluster_id, verified_at desc);
grant select on cluster_baseline to stairway_app, stairway_admin, stairway_platform;
grant select, insert on cluster_baseline to stairway_worker;

-- The platform's tenant holds rows that everybody shares. Its changes are not among them: only who has a role in it sees those.
create function app.of_platform() returns boolean language sql stable security definer set search_path = public, app, pg_temp as $$
  select app.actor() like 'sys:%' or app.roles_of(app.actor()) ? ('ten_' || repeat('0', 26))
    or exists (select from stage_principal s where s.tenant_id = 'ten_' || repeat('0', 26)
      and (s.principal_id = app.actor() or s.principal_id in (select g.group_id from group_member g where g.person_id = app.actor() and (g.expires_at is null or g.expires_at > now())))) $$;
revoke execute on function app.of_platform() from public;
grant execute on function app.of_platform() to stairway_app, stairway_admin, stairway_worker, stairway_platform;
do $$ declare t text; begin
  foreach t in array array['change','change_transition','change_revision','change_barred','plan','plan_section','plan_item','approval_stage','stage_principal','decision','run','step','step_target','run_log_head','log_line'] loop
    execute format('create policy platforms_own on %I as restrictive to stairway_app using (tenant_id <> ''ten_'' || repeat(''0'', 26) or (select app.of_platform()))', t);
  end loop;
end $$;

-- Whoever decides on production decides on baselines too, where an organisation was laid before; a new one gets the policy with the others.
do $$ declare the_rule jsonb; proposer text; the_body jsonb; the_scope jsonb; the_id text := 'pol_01base00000000000000000000'; begin
  select v.body->'stages'->0->'rule', v.proposed_by into the_rule, proposer from approval_policy p join approval_policy_version v on v.policy_id = p.id and v.version = p.active_version
    where p.tenant_id = 'ten_' || repeat('0', 26) and p.name = 'Production change control';
  if the_rule is null then return; end if;
  perform set_config('app.actor', 'sys:migration', true), set_config('app.reason', 'a policy for baselines', true);
  the_scope := '{"types": ["normal"], "kinds": ["cluster_baseline"]}';
  the_body := jsonb_build_object('stages', jsonb_build_array(jsonb_build_object('name', 'Platform approval', 'rule', the_rule, 'quorum', 1, 'dueHours', 48,
    'sections', '["identity","data","access","network","capacity","repository","schedule"]'::jsonb)));
  insert into approval_policy (id, tenant_id, name, active_version) values (the_id, 'ten_' || repeat('0', 26), 'Cluster baseline', 1) on conflict do nothing;
  if not found then return; end if;
  insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
    values (the_id, 1, 'ten_' || repeat('0', 26), the_scope, the_body, sha256(convert_to(jsonb_build_object('name', 'Cluster baseline', 'scope', the_scope, 'body', the_body)::text, 'UTF8')), clock_timestamp(), proposer, 'sys:release');
end $$;
