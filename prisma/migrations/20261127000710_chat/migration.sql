-- A chat channel per tenant: notices of chosen groups are told there too, by an incoming webhook of Slack or a Workflows webhook of Teams. The address is the secret: it is sealed,
-- and `host` is all of it that is ever shown. The platform's administrators set it; the worker alone calls it.
create table chat_channel (
  id text collate "C" primary key constraint chat_channel_prefix check (id like 'chn\_%'), tenant_id text collate "C" not null unique references tenant(id),
  state text not null constraint chat_channel_state check (state in ('on','off')),
  kind text not null constraint chat_channel_kind check (kind in ('slack','teams')),
  host text not null constraint chat_channel_host check (host ~ '^https?://[^/?#@]+$'),
  secret_id text collate "C" not null references secret(id),
  groups text[] not null constraint chat_channel_groups check (groups <@ array['approvals','trouble','outcomes','waivers','duties'] and (state = 'off' or groups <> '{}')),
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint chat_channel_not_the_platform check (tenant_id <> 'ten_' || repeat('0', 26))
);
-- What the worker knows of it. `broken`: what it answered that no repeat mends; nothing is sent until somebody sets it anew or a test goes through.
create table chat_line (
  tenant_id text collate "C" primary key references tenant(id),
  next_attempt_at timestamptz(3) not null default clock_timestamp(), sent_at timestamptz(3),
  trouble text constraint chat_line_trouble check (length(trouble) <= 500), trouble_since timestamptz(3),
  broken text constraint chat_line_broken check (length(broken) <= 500), broken_since timestamptz(3), lost int not null default 0,
  test_asked_at timestamptz(3), test_done_at timestamptz(3), test_ok boolean, test_said text constraint chat_line_test check (length(test_said) <= 500)
);
create trigger bump before insert or update or delete on chat_channel for each row execute function app.bump();
create trigger keep after insert or update or delete on chat_channel for each row execute function app.keep();
create trigger never_deleted before delete on chat_channel for each row execute function app.refuse();
do $$ declare t text; begin
  foreach t in array array['chat_channel','chat_line'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
    execute format('grant select on %I to stairway_app, stairway_platform, stairway_admin, stairway_worker', t);
  end loop;
end $$;
grant insert, update on chat_channel, chat_line to stairway_admin;
grant update on chat_line to stairway_worker;
-- A message of a channel that was turned off before it was sent is dropped, as a mail of a digest is.
alter table delivery drop constraint delivery_held_for;
alter table delivery add constraint delivery_held_for check (state not in ('held','digested','dropped') or channel = 'chat' and state = 'dropped' or person_id is not null and change_id is not null);
