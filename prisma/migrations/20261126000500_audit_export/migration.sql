-- Where the audit chains are sent to, how far each was taken there, and who sends now. Rows of the platform's tenant: its administrators register, the worker alone sends.
create table audit_destination (
  id text collate "C" primary key constraint audit_destination_prefix check (id like 'adn\_%'), tenant_id text collate "C" not null references tenant(id),
  name text not null constraint audit_destination_name check (length(name) between 3 and 80),
  format text not null constraint audit_destination_format check (format in ('jsonl','ocsf','cef')),
  transport text not null constraint audit_destination_transport check (transport in ('https','syslog_tls','syslog_tcp')),
  endpoint text not null, ca_pem text,
  covers text collate "C" references tenant(id),          -- one tenant's chain; null is every chain, those to come included
  token_id text collate "C" references secret(id), signing_id text collate "C" references secret(id),
  state text not null default 'active' constraint audit_destination_state check (state in ('active','paused','removed')),
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint audit_destination_secrets check (transport = 'https' or num_nonnulls(token_id, signing_id) = 0)
);
create unique index audit_destination_name_live on audit_destination (lower(name)) where state <> 'removed';

-- What the worker alone knows of a destination. `fence` grows with every exporter that takes it over: a cursor moves by the newest fence only.
create table audit_exporter (
  destination_id text collate "C" primary key references audit_destination(id), tenant_id text collate "C" not null references tenant(id),
  fence bigint not null default 0, lease_until timestamptz(3), failures int not null default 0, next_attempt_at timestamptz(3) not null default clock_timestamp(),
  trouble text constraint audit_exporter_trouble check (length(trouble) <= 500), trouble_since timestamptz(3), delivered_at timestamptz(3),
  test_asked_at timestamptz(3), test_done_at timestamptz(3), test_ok boolean, test_said text constraint audit_exporter_test check (length(test_said) <= 500)
);
-- How far one chain was acknowledged by one destination: everything to `seq`, whose hash was `hash`. It never goes back. `sent_seq` is ahead of it only over syslog, which
-- acknowledges nothing: by the last batch, which is sent again when a connection breaks.
create table audit_cursor (
  destination_id text collate "C" not null references audit_destination(id), chain text collate "C" not null references tenant(id), tenant_id text collate "C" not null references tenant(id),
  seq bigint not null default 0, hash bytea not null default sha256('stairway-audit-v1'::bytea) constraint audit_cursor_hash check (length(hash) = 32),
  sent_seq bigint not null default 0, sent_hash bytea not null default sha256('stairway-audit-v1'::bytea) constraint audit_cursor_sent_hash check (length(sent_hash) = 32),
  acknowledged_at timestamptz(3),
  stopped_at timestamptz(3), stopped_seq bigint, stopped_why text constraint audit_cursor_why check (stopped_why in ('broken','refused')), stopped_said text constraint audit_cursor_said check (length(stopped_said) <= 500),
  primary key (destination_id, chain),
  constraint audit_cursor_sent check (sent_seq >= seq),
  constraint audit_cursor_stopped check (num_nulls(stopped_at, stopped_seq, stopped_why, stopped_said) in (0, 4))
);
create function app.cursor_goes_on() returns trigger language plpgsql as $$ begin
  if new.seq < old.seq then raise exception 'the cursor of % in % goes forward only', new.chain, new.destination_id using errcode = 'SW005'; end if;
  return new;
end $$;
create trigger cursor_goes_on before update on audit_cursor for each row execute function app.cursor_goes_on();
do $$ declare t text; begin
  execute 'create trigger bump before insert or update or delete on audit_destination for each row execute function app.bump()';
  execute 'create trigger keep after insert or update or delete on audit_destination for each row execute function app.keep()';
  foreach t in array array['audit_destination','audit_exporter','audit_cursor'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
  end loop;
end $$;
grant select on audit_destination, audit_exporter, audit_cursor to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert, update on audit_destination, audit_exporter to stairway_admin;
grant insert on audit_exporter, audit_cursor to stairway_worker;
grant update on audit_exporter to stairway_worker;
grant update (seq, hash, sent_seq, sent_hash, acknowledged_at, stopped_at, stopped_seq, stopped_why, stopped_said) on audit_cursor to stairway_worker;
grant update (stopped_at, stopped_seq, stopped_why, stopped_said) on audit_cursor to stairway_admin;
