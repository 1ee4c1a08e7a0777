-- Signed ends of the audit chains, and the archives that carry them out of the house. The worker alone writes them; web asks and hands out.
create table audit_key (                                  -- public halves that signed here; the newest signs, the others still verify
  key_id text primary key constraint audit_key_id check (key_id ~ '^[0-9a-f]{16}$'),
  public_key text not null unique constraint audit_key_form check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
  first_used_at timestamptz(3) not null default clock_timestamp()
);
create table audit_signature (
  tenant_id text collate "C" not null, seq bigint not null, hash bytea not null, key_id text not null references audit_key(key_id),
  signed_at text not null,                                -- ISO 8601, as it was signed
  signature bytea not null constraint audit_signature_len check (length(signature) = 64),  -- Ed25519 over RFC 8785 {at, hash, seq, tenant}
  primary key (tenant_id, seq), foreign key (tenant_id, seq) references audit_event
);
create table evidence_pack (                              -- asked for by a person, written once by the worker, never altered after
  id text collate "C" primary key constraint evidence_pack_prefix check (id like 'evp\_%'), tenant_id text collate "C" not null references tenant(id), change_id text collate "C" not null,
  asked_by text not null, asked_at timestamptz(3) not null default clock_timestamp(),
  made_at timestamptz(3), seq bigint, key_id text, sha256 bytea, size int, body bytea,
  foreign key (tenant_id, change_id) references change (tenant_id, id),
  constraint evidence_pack_whole check (num_nulls(made_at, seq, key_id, sha256, size, body) in (0, 6)),
  constraint evidence_pack_is_its_hash check (sha256 = sha256(body)), constraint evidence_pack_size check (size = length(body))
);
create index evidence_pack_change on evidence_pack (tenant_id, change_id, asked_at desc);
create unique index evidence_pack_one_open on evidence_pack (change_id) where made_at is null;

create function app.packed_once() returns trigger language plpgsql as $$ begin
  if tg_op = 'UPDATE' and old.made_at is null and (new.id, new.tenant_id, new.change_id, new.asked_by, new.asked_at) = (old.id, old.tenant_id, old.change_id, old.asked_by, old.asked_at) then return new; end if;
  raise exception '% is append-only', tg_table_name using errcode = 'SW005';
end $$;
create trigger packed_once before update or delete on evidence_pack for each row execute function app.packed_once();
do $$ declare t text; begin
  foreach t in array array['audit_key','audit_signature'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function app.refuse()', t);
  end loop;
  foreach t in array array['audit_key','audit_signature','evidence_pack'] loop
    execute format('create trigger no_truncate before truncate on %I for each statement execute function app.refuse()', t);
  end loop;
  foreach t in array array['audit_signature','evidence_pack'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
  end loop;
end $$;
grant select on audit_key, audit_signature, evidence_pack to stairway_app, stairway_admin, stairway_platform, stairway_worker;
grant insert on audit_key, audit_signature to stairway_worker;
grant insert (id, tenant_id, change_id, asked_by) on evidence_pack to stairway_app;
grant update (made_at, seq, key_id, sha256, size, body) on evidence_pack to stairway_worker;
