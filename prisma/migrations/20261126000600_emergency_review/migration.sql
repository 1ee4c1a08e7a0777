-- What an emergency change owes: asked for under an incident, and reviewed afterwards by somebody else, by a deadline that its policy sets.
create table emergency_review (
  change_id text collate "C" primary key, tenant_id text collate "C" not null references tenant(id), team text not null,
  incident text not null constraint review_incident check (incident ~ '^INC[0-9]{7,10}$'), why text not null constraint review_why check (length(why) between 10 and 500),
  policy_id text collate "C" not null, policy_version int not null, hours int not null constraint review_hours check (hours between 1 and 720), principals text[] not null,
  due_at timestamptz(3),                                  -- from the end of its run on
  reviewed_by text collate "C" references person(id), reviewed_at timestamptz(3), plan_hash bytea references plan(hash), happened text, justified boolean,
  outcome text constraint review_outcome check (outcome in ('successful','with_issues','unsuccessful')), follow_ups text not null default '',
  foreign key (tenant_id, change_id) references change (tenant_id, id),
  constraint review_whole check (num_nulls(reviewed_by, reviewed_at, plan_hash, happened, justified, outcome) in (0, 6))
);
create index emergency_review_owed on emergency_review (tenant_id, team) where reviewed_at is null;
create index emergency_review_due on emergency_review (due_at) where reviewed_at is null;
create trigger review_stays before update on emergency_review for each row when (old.reviewed_at is not null) execute function app.refuse();
create trigger never_deleted before delete on emergency_review for each row execute function app.refuse();
alter table emergency_review enable row level security;
create policy tenant_wall on emergency_review to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on emergency_review to stairway_worker, stairway_admin using (true);
create policy across_read on emergency_review for select to stairway_platform using (true);
grant select on emergency_review to stairway_app, stairway_admin, stairway_platform, stairway_worker;
grant insert (change_id, tenant_id, team, incident, why, policy_id, policy_version, hours, principals) on emergency_review to stairway_app;
grant update (team, incident, why, policy_id, policy_version, hours, principals, due_at, reviewed_by, reviewed_at, plan_hash, happened, justified, outcome, follow_ups) on emergency_review to stairway_app;
grant update (due_at) on emergency_review to stairway_worker;
insert into legal_transition (from_state, to_state) values
  ('failed', 'review_due'),
  ('overdue', 'closed'),
  ('review_due', 'closed'),
  ('review_due', 'overdue'),
  ('verifying', 'review_due');
