-- What people asked of a running instance: a reconcile, a suspension with its end, a resume. Each is an act with its reason and what came of it.
create table flux_action (
  id text collate "C" primary key, tenant_id text collate "C" not null references tenant(id), instance_id text collate "C" not null references service_instance(id),
  kind text not null constraint flux_action_kind check (kind in ('reconcile','suspend','resume')),
  reason text not null constraint flux_action_reason check (length(reason) between 1 and 500),
  until timestamptz constraint flux_action_until check ((until is not null) = (kind = 'suspend')),
  asked_by text not null, asked_at timestamptz(3) not null default clock_timestamp(),
  state text not null default 'asked' constraint flux_action_state check (state in ('asked','done','failed')),
  attempts smallint not null default 0, detail text constraint flux_action_detail check (length(detail) <= 1000), ended_at timestamptz(3),
  constraint flux_action_ended check ((ended_at is not null) = (state <> 'asked'))
);
create index flux_action_instance on flux_action (instance_id, asked_at desc);
create index flux_action_tenant on flux_action (tenant_id);
alter table flux_action enable row level security;
create policy tenant_wall on flux_action to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on flux_action to stairway_worker, stairway_admin using (true);
create policy across_read on flux_action for select to stairway_platform using (true);
grant select, insert, update on flux_action to stairway_app, stairway_admin, stairway_worker;
grant select on flux_action to stairway_platform;
