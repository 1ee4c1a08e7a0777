-- Reminders and escalation of a stage, as its policy stated them: hours from when it opened. Escalation adds people to it; its quorum stays.
alter table approval_stage
  add column opened_at timestamptz(3),
  add column remind_after int[] not null default '{}' constraint stage_remind_after check (0 < all (remind_after)),
  add column escalate_after int constraint stage_escalate_after check (escalate_after >= 1),
  add column escalate_to jsonb,
  add column escalated_at timestamptz(3),
  add constraint stage_escalates_to check ((escalate_after is null) = (escalate_to is null) and (escalated_at is null or escalate_to is not null));
create function app.stage_opens() returns trigger language plpgsql as $$
begin
  if new.state = 'open' and new.opened_at is null then new.opened_at := clock_timestamp(); end if;
  return new;
end $$;
create trigger stage_opens before insert or update of state on approval_stage for each row execute function app.stage_opens();
revoke execute on function app.stage_opens() from public;
create index stage_reminding on approval_stage (opened_at) where state = 'open' and (remind_after <> '{}' or escalate_after is not null);
alter table stage_principal add column escalated boolean not null default false;   -- was added when the stage was escalated

create table stage_reminder (                             -- each once, whoever sends it
  stage_id text collate "C" not null references approval_stage(id), after_hours int not null, tenant_id text collate "C" not null, change_id text collate "C" not null,
  people int not null, sent_at timestamptz(3) not null default clock_timestamp(),
  primary key (stage_id, after_hours), foreign key (tenant_id, change_id) references change (tenant_id, id)
);
alter table stage_reminder enable row level security;
create policy tenant_wall on stage_reminder to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on stage_reminder to stairway_worker, stairway_admin using (true);
create policy across_read on stage_reminder for select to stairway_platform using (true);
create trigger append_only before update or delete on stage_reminder for each row execute function app.refuse();
grant select on stage_reminder to stairway_app, stairway_admin, stairway_platform, stairway_worker;
grant insert (stage_id, after_hours, tenant_id, change_id, people) on stage_reminder to stairway_worker;
