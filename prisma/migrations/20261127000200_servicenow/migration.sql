-- ServiceNow per tenant: off, mirror (our states are pushed), gate (theirs must approve too). The platform's administrators set it; the worker alone calls it.
create table servicenow_setting (
  id text collate "C" primary key constraint servicenow_setting_prefix check (id like 'snw\_%'), tenant_id text collate "C" not null unique references tenant(id),
  mode text not null constraint servicenow_mode check (mode in ('off','mirror','gate')),
  instance text not null constraint servicenow_instance check (instance ~ '^https?://[^/?#@]+$'),
  auth text not null constraint servicenow_auth check (auth in ('basic','oauth')),
  user_name text not null constraint servicenow_user check (length(user_name) between 1 and 100), secret_id text collate "C" not null references secret(id),
  assignment_group text not null constraint servicenow_group check (length(assignment_group) between 1 and 80),
  template text constraint servicenow_template check (template ~ '^[0-9a-f]{32}$'),          -- of standard changes; a mirror makes its records by it
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint servicenow_mirror_template check (mode <> 'mirror' or template is not null),
  constraint servicenow_not_the_platform check (tenant_id <> 'ten_' || repeat('0', 26))
);
-- What the worker alone knows of a tenant's instance.
create table servicenow_line (
  tenant_id text collate "C" primary key references tenant(id),
  failures int not null default 0, next_attempt_at timestamptz(3) not null default clock_timestamp(),
  trouble text constraint servicenow_line_trouble check (length(trouble) <= 500), trouble_since timestamptz(3),
  read_at timestamptz(3), notes_since timestamptz(3),
  followed int not null default 0,                        -- version of the setting by which open changes were followed last
  test_asked_at timestamptz(3), test_done_at timestamptz(3), test_ok boolean, test_said text constraint servicenow_line_test check (length(test_said) <= 500)
);
-- One row per change that is followed; no foreign key to the change, whose lock a save of the setting would then wait for while the change waits for it. `wanted` grows with every move, vote and comment, in the transaction that makes it; `confirmed` follows once ServiceNow has it all.
create table servicenow_change (
  change_id text collate "C" primary key, tenant_id text collate "C" not null references tenant(id),
  wanted bigint not null default 1, confirmed bigint not null default 0, round int not null default 1,
  fence bigint not null default 0, lease_until timestamptz(3), failures int not null default 0, next_attempt_at timestamptz(3) not null default clock_timestamp(),
  trouble text constraint servicenow_change_trouble check (length(trouble) <= 500), trouble_since timestamptz(3),
  constraint servicenow_change_confirmed check (confirmed <= wanted)
);
create index servicenow_change_due on servicenow_change (next_attempt_at) where confirmed < wanted;
create index servicenow_change_tenant on servicenow_change (tenant_id);
-- A change there that stands for one of ours; a replaced one stays. `asked_at`: when it was asked to be made, before it was known to be.
create table servicenow_record (
  change_id text collate "C" not null references servicenow_change(change_id), round int not null, tenant_id text collate "C" not null references tenant(id),
  mode text not null constraint servicenow_record_mode check (mode in ('mirror','gate')),
  type text not null constraint servicenow_record_type check (type in ('standard','normal','emergency')),
  instance text not null, revision int not null, plan_hash bytea, correlation_id text not null, asked_at timestamptz(3),
  sys_id text constraint servicenow_record_sys_id check (sys_id ~ '^[0-9a-f]{32}$'), number text, state int, state_label text, approval text,
  on_hold boolean not null default false, we_hold boolean not null default false, on_hold_reason text, approver text, said text,
  mod_count int, read_at timestamptz(3), gone_at timestamptz(3), replaced_at timestamptz(3),
  primary key (change_id, round),
  unique (instance, correlation_id),
  constraint servicenow_record_known check (num_nulls(sys_id, number, state, state_label, approval, mod_count, read_at) in (0, 7))
);
create unique index servicenow_record_sys_id_once on servicenow_record (instance, sys_id);
-- What ServiceNow said, each time that it said something else.
create table servicenow_reading (
  change_id text collate "C" not null, round int not null, at timestamptz(3) not null default clock_timestamp(), tenant_id text collate "C" not null references tenant(id),
  number text not null, sys_id text not null, state int not null, state_label text not null, approval text not null, on_hold boolean not null, approver text, said text, mod_count int not null,
  primary key (change_id, round, at), foreign key (change_id, round) references servicenow_record (change_id, round)
);
-- What we have written into their journal, once each.
create table servicenow_pushed (
  change_id text collate "C" not null references servicenow_change(change_id), key text not null, tenant_id text collate "C" not null references tenant(id),
  at timestamptz(3) not null default clock_timestamp(), primary key (change_id, key)
);
-- What others wrote there: comments and work notes.
create table servicenow_note (
  tenant_id text collate "C" not null references tenant(id), id text not null constraint servicenow_note_id check (id ~ '^[0-9a-f]{32}$'),
  change_id text collate "C" not null references servicenow_change(change_id), kind text not null constraint servicenow_note_kind check (kind in ('comments','work_notes')),
  author text not null, body text not null constraint servicenow_note_body check (length(body) <= 4000), written_at timestamptz(3) not null, pulled_at timestamptz(3) not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index servicenow_note_of on servicenow_note (change_id, written_at);

-- A move, a vote or a comment of a change is to be told, from before it starts on; one that runs when ServiceNow is turned on is left out.
create function app.ask_servicenow() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$ begin
  if not exists (select from servicenow_setting s where s.tenant_id = new.tenant_id and s.mode <> 'off') then return new; end if;
  update servicenow_change set wanted = wanted + 1, failures = 0, next_attempt_at = clock_timestamp() where change_id = new.change_id;
  if not found then
    insert into servicenow_change (change_id, tenant_id) select c.id, c.tenant_id from change c
      where c.id = new.change_id and c.state in ('draft','assessing','changes_requested','awaiting_approval','approved','scheduled','blocked')
      on conflict do nothing;
  end if;
  return new;
end $$;
revoke execute on function app.ask_servicenow() from public;
create trigger ask_servicenow after insert on change_transition for each row execute function app.ask_servicenow();
create trigger ask_servicenow after insert on decision for each row execute function app.ask_servicenow();
create trigger ask_servicenow after insert on change_comment for each row execute function app.ask_servicenow();

do $$ declare t text; begin
  execute 'create trigger bump before insert or update or delete on servicenow_setting for each row execute function app.bump()';
  execute 'create trigger keep after insert or update or delete on servicenow_setting for each row execute function app.keep()';
  foreach t in array array['servicenow_reading','servicenow_pushed','servicenow_note'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function app.refuse()', t);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function app.refuse()', t);
  end loop;
  foreach t in array array['servicenow_setting','servicenow_change','servicenow_record'] loop
    execute format('create trigger never_deleted before delete on %I for each row execute function app.refuse()', t);
  end loop;
  foreach t in array array['servicenow_setting','servicenow_line','servicenow_change','servicenow_record','servicenow_reading','servicenow_pushed','servicenow_note'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
    execute format('grant select on %I to stairway_app, stairway_platform, stairway_admin, stairway_worker', t);
  end loop;
end $$;
grant insert, update on servicenow_setting, servicenow_line to stairway_admin;
grant insert, update on servicenow_line to stairway_worker;
grant insert, update on servicenow_change to stairway_worker;
grant insert, update on servicenow_record to stairway_worker;
grant insert on servicenow_reading, servicenow_pushed, servicenow_note to stairway_worker;
