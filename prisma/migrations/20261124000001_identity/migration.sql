-- Stairway data model. Loads on PostgreSQL 15 to 18. Run as the owner role inside an empty database:
-- Conventions
--   ids          text COLLATE "C", 3-letter prefix + '_' + 26 lower-case Crockford base32 (48 bit ms + 80 bit random), made by the application
--                high-volume rows nobody links to from outside (events, log lines, history, check results) use bigint identity
--   closed words text + named CHECK, never a PostgreSQL enum
--   time         timestamptz, database clock; half open [from, to), null = open end. timestamptz(3) wherever a page cursor or a JavaScript Date carries it back
--   declared     facts people decide: row version, history trigger, actor required
--   observed     facts clusters report: no history, no version, never in the same row as a declared fact
create extension if not exists pg_trgm;      -- all three are "trusted": no superuser needed
create extension if not exists btree_gin;
create extension if not exists btree_gist;
create schema if not exists app;             -- functions; tables live in public

-- ───────────────────────────────────────────── context of a transaction (SET LOCAL, so safe behind any pool)
-- app.actor      usr_… | svcacct_… | sys:worker        who writes
-- app.tenants    comma-separated ids the viewer may see (RLS)
-- app.change     chg_… or empty      app.reason   free text      app.request   request or job id
create function app.ctx(k text) returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.' || k, true), '') $$;       -- '' and unset are the same: after SET LOCAL ends the value is ''
create function app.tenants() returns text[] language sql stable parallel safe
  as $$ select coalesce(string_to_array(nullif(current_setting('app.tenants', true), ''), ','), '{}') $$;
create function app.actor() returns text language plpgsql stable as $$
declare a text := nullif(current_setting('app.actor', true), '');
begin
  if a is null then
    raise exception 'no actor: this transaction did not set app.actor' using errcode = 'SW001';
  end if;
  return a;
end $$;

-- ───────────────────────────────────────────── identity, tenants
create table principal (
  id text collate "C" primary key,
  kind text not null constraint principal_kind_known check (kind in ('person','group','service_account')),
  constraint principal_prefix check (id ~ '^(usr|grp|sva)_')
);
create table directory (                                  -- a SCIM client: Entra ID, Okta, the sandbox
  id text collate "C" primary key constraint directory_prefix check (id like 'dir\_%'),
  name text not null unique, issuer text not null unique, subject_claim text not null default 'sub',   -- the claim of that issuer that equals externalId
  created_at timestamptz not null default now()
);
create table directory_token (                            -- rotated with overlap
  token_hash bytea primary key constraint directory_token_len check (length(token_hash) = 32),
  directory_id text collate "C" not null references directory(id), created_at timestamptz not null default now(), expires_at timestamptz, revoked_at timestamptz
);
create table person (
  id text collate "C" primary key references principal(id),
  issuer text, subject text,                                -- the identity; empty until the first sign-in of somebody the directory has pushed
  directory_id text collate "C" references directory(id), external_id text, user_name text not null,   -- what the directory calls them
  email text not null, display_name text not null,
  status text not null default 'active' constraint person_status_known check (status in ('active','disabled','left')),
  manager_id text collate "C" references person(id),
  observed_at timestamptz not null default now(),
  version int not null default 1, updated_at timestamptz not null default now(),
  unique (issuer, subject), unique (directory_id, external_id), unique (directory_id, user_name)
);
create index person_email on person (lower(email));
create table directory_group (
  id text collate "C" primary key references principal(id),
  directory_id text collate "C" not null references directory(id), external_id text, name text not null, observed_at timestamptz,   -- null: mapped by an admin, not pushed yet
  unique (directory_id, external_id), unique (directory_id, name)
);
create table group_member (
  group_id text collate "C" not null references directory_group(id) on delete cascade,
  person_id text collate "C" not null references person(id) on delete cascade,
  expires_at timestamptz, observed_at timestamptz not null default now(),
  primary key (person_id, group_id)
);
create index group_member_group on group_member (group_id, person_id);
create table tenant (
  id text collate "C" primary key constraint tenant_prefix check (id like 'ten\_%'),
  slug text not null unique constraint tenant_slug_label check (slug ~ '^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$'),
  name text not null, prefix text not null unique constraint tenant_prefix_label check (prefix ~ '^[a-z][a-z0-9]{1,7}$'), git_org text not null, environments text[] not null default '{}', max_data_class smallint not null default 1,
  max_services int not null default 100, itsm_mode text not null default 'off'
    constraint tenant_itsm_known check (itsm_mode in ('off','mirror','gate')),
  state text not null default 'active' constraint tenant_state_known check (state in ('active','suspended','retired')),
  version int not null default 1, updated_at timestamptz not null default now()
);
create table membership (
  tenant_id text collate "C" not null references tenant(id),
  principal_id text collate "C" not null references principal(id),
  role text not null constraint membership_role_known check (role in ('developer','owner','approver','admin','auditor')),
  reason text not null, added_by text not null, expires_at timestamptz,
  version int not null default 1, updated_at timestamptz not null default now(),
  primary key (tenant_id, principal_id, role)
);
create index membership_principal on membership (principal_id, tenant_id);
create table session (
  id text collate "C" not null unique constraint session_prefix check (id like 'ses\_%'),
  token_hash bytea primary key constraint session_hash_len check (length(token_hash) = 32),   -- never the token itself
  person_id text collate "C" not null references person(id), created_at timestamptz not null default now(),
  idle_expires_at timestamptz not null, expires_at timestamptz not null, auth_time timestamptz not null, acr text, user_agent text, address text, id_token_hint text, seen_at timestamptz not null default now(), revoked_at timestamptz
);
create index session_person on session (person_id) where revoked_at is null;
create index session_expiry on session (expires_at);
create table secret (                                     -- sealed to the worker's public key: X25519, AES-256-GCM, bound to (tenant, id, purpose)
  id text collate "C" primary key constraint secret_prefix check (id like 'sec\_%'),
  tenant_id text collate "C" not null references tenant(id), purpose text not null,
  sealed bytea not null, key_id text not null, expires_at timestamptz, created_at timestamptz not null default now(), revoked_at timestamptz
);
create unique index secret_purpose on secret (tenant_id, purpose) where revoked_at is null;
create table cost_code (                                  -- the finance feed
  code text collate "C" primary key, tenant_id text collate "C" not null references tenant(id), name text not null, chargeable boolean not null,
  valid_from date not null, valid_to date, observed_at timestamptz not null, source text not null
);
create index cost_code_tenant on cost_code (tenant_id, code);
create table fact (                                       -- what a source last said; entitlement checks read nothing else
  kind text not null, key text collate "C" not null, value jsonb not null, observed_at timestamptz not null, source text not null, primary key (kind, key)
);
create table worker_heartbeat (worker text collate "C" primary key, started_at timestamptz not null, seen_at timestamptz not null, build text not null);
create table rate_window (                                -- requests per key and window, for answers 429
  key text collate "C" not null, window_start timestamptz not null, hits int not null default 1, primary key (key, window_start)
);

