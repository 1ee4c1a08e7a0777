-- A blocking check of a request that fails is lived with for a while: asked for by one person, granted by another, for one service and exactly the value found.
create table check_waiver (
  id text collate "C" primary key constraint check_waiver_prefix check (id like 'wvr\_%'), tenant_id text collate "C" not null references tenant(id),
  service text not null, check_id text not null, check_version int not null, rule_id text not null default '', subject text not null default '',   -- rule: of a house rule; subject: environment or environment/cluster
  value jsonb not null, value_hash bytea not null constraint check_waiver_hash check (length(value_hash) = 32), title text not null, finding text not null,
  reason text not null constraint check_waiver_reason check (length(reason) between 10 and 500),
  decided_by_role text not null constraint check_waiver_role check (decided_by_role in ('tenant_owner','platform')),
  asked_by text collate "C" not null references person(id), asked_at timestamptz(3) not null default clock_timestamp(), expires_at timestamptz(3) not null,
  verdict text constraint check_waiver_verdict check (verdict in ('granted','refused')), decided_by text collate "C" references person(id), decided_at timestamptz(3),
  revoked_by text collate "C" references person(id), revoked_at timestamptz(3), announced_at timestamptz(3),   -- announced: that it ends soon
  foreign key (check_id, check_version) references check_definition,
  constraint check_waiver_decided check ((verdict is null) = (decided_by is null) and (verdict is null) = (decided_at is null)),
  constraint check_waiver_second_person check (decided_by <> asked_by),
  constraint check_waiver_ends check (expires_at > asked_at),
  constraint check_waiver_revoked check ((revoked_at is null) = (revoked_by is null) and (revoked_at is null or verdict = 'granted'))
);
create index check_waiver_service on check_waiver (tenant_id, service, asked_at desc);
create index check_waiver_asked_at on check_waiver (asked_at desc, id desc);
create index check_waiver_ending on check_waiver (expires_at) where verdict = 'granted' and revoked_at is null and announced_at is null;

-- No waiver of what its check does not let anybody waive, nor for longer than it lets.
create function app.waiver_within_check() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from check_definition d where d.id = new.check_id and d.version = new.check_version and d.waivable and new.expires_at <= new.asked_at + make_interval(days => d.max_waiver_days) + interval '1 second';
  if found then return new; end if;
  raise exception '% may not be waived, or not for so long', new.check_id using errcode = 'SW007';
end $$;
create trigger waiver_within_check before insert on check_waiver for each row execute function app.waiver_within_check();

create table check_waiver_use (                           -- each revision that was let through by it, once
  waiver_id text collate "C" not null references check_waiver(id), change_id text collate "C" not null, revision int not null, tenant_id text collate "C" not null,
  phase text not null constraint check_waiver_use_phase check (phase in ('submit','start')), used_at timestamptz(3) not null default clock_timestamp(),
  primary key (waiver_id, change_id, revision), foreign key (tenant_id, change_id) references change (tenant_id, id)
);
create index check_waiver_use_change on check_waiver_use (tenant_id, change_id);
do $$ declare t text; begin
  foreach t in array array['check_waiver','check_waiver_use'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
  end loop;
end $$;
create trigger append_only before update or delete on check_waiver_use for each row execute function app.refuse();
grant select on check_waiver, check_waiver_use to stairway_app, stairway_admin, stairway_platform, stairway_worker;
grant insert (id, tenant_id, service, check_id, check_version, rule_id, subject, value, value_hash, title, finding, reason, decided_by_role, asked_by, expires_at) on check_waiver to stairway_app;
grant update (verdict, decided_by, decided_at, revoked_by, revoked_at) on check_waiver to stairway_app;
grant update (announced_at) on check_waiver to stairway_worker;
grant insert (waiver_id, change_id, revision, tenant_id, phase) on check_waiver_use to stairway_app, stairway_worker;

-- What may be waived, and by whom, is part of a check: those that say so now are a new version of themselves. A database without them gets them from the seed.
insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
select d.id, 2, d.title, d.severity, true, x.days, d.definition || jsonb_build_object('version', 2, 'maxWaiverDays', x.days,
  'waivable', jsonb_build_object('by', x.by, 'maxDays', x.days, 'reasons', x.reasons, 'secondPerson', true))
from (values ('owning_team', 'tenant_owner', 30, '["team_too_small"]'::jsonb), ('template_allowed', 'platform', 30, '["template_deprecated"]'),
    ('quota_fits', 'platform', 30, '["cpu_exceeded","memory_exceeded","instances_exceeded"]'), ('house_rule', 'platform', 90, 'null')) as x(id, by, days, reasons)
  join check_definition d on d.id = x.id and d.version = 1
on conflict do nothing;
