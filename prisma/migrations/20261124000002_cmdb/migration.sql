-- ───────────────────────────────────────────── CMDB
create table ci_class (
  class text primary key, prefix text not null unique, natural_key text not null, attribute_schema jsonb not null default '{}', csdm_table text
);
create table environment (name text primary key, rank smallint not null unique, production boolean not null default false);
create table ci (
  id text collate "C" primary key,
  tenant_id text collate "C" not null references tenant(id),
  class text not null references ci_class(class),
  name text collate "C" not null, display_name text not null default '',
  natural_key text collate "C" not null,                  -- identity within the class, built by the class's rule
  stage text not null default 'operational' constraint ci_stage_known check (stage in ('ideation','design','deploy','operational','end_of_operation','end_of_life')),
  status text not null default 'in_use' constraint ci_status_known check (status in
    ('under_evaluation','chartered','build','test','in_use','pending_retirement','on_hold','retired','obsolete')),
  owner_group_id text collate "C" references directory_group(id),
  tier smallint constraint ci_tier_range check (tier between 1 and 4),
  data_class smallint constraint ci_data_class_range check (data_class between 0 and 4),
  attributes jsonb not null default '{}' constraint ci_attributes_object check (jsonb_typeof(attributes) = 'object'),
  search_text text collate "C" generated always as (lower(name || ' ' || display_name)) stored,
  version int not null default 1, created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  retired_at timestamptz,
  constraint ci_stage_status_pair check (
    (stage = 'ideation' and status = 'under_evaluation') or (stage = 'design' and status in ('chartered','build')) or (stage = 'deploy' and status = 'test')
    or (stage = 'operational' and status in ('in_use','pending_retirement')) or (stage = 'end_of_operation' and status = 'on_hold')
    or (stage = 'end_of_life' and status in ('retired','obsolete'))),
  constraint ci_retired_dated check ((stage = 'end_of_life') = (retired_at is not null)),
  unique (tenant_id, id)                                  -- target of tenant-consistent foreign keys
) with (fillfactor = 90);
create unique index ci_natural on ci (class, natural_key) where retired_at is null;
create index ci_search_name on ci (search_text, id) where retired_at is null;                                       -- exact and prefix
create index ci_search_trgm on ci using gin (search_text gin_trgm_ops) where retired_at is null;                    -- typos, viewer sees all
create index ci_search_tenant on ci (tenant_id, search_text) where retired_at is null;                              -- typos, tenant viewer
create index ci_attributes on ci using gin (attributes jsonb_path_ops);                                             -- admin look-ups only, never a list filter

create table service (
  id text collate "C" primary key constraint service_prefix check (id like 'svc\_%'),
  tenant_id text collate "C" not null, 
  template_id text collate "C", template_version int, repository_id text collate "C" references ci(id),
  source_kind text not null default 'git' constraint service_source_known check (source_kind in ('git','bucket','oci')),
  interval_class text not null default 'standard' constraint service_interval_known check (interval_class in ('fast','standard','relaxed')),
  cost_code text, size text, rto_minutes int, rpo_minutes int, attested_at timestamptz,
  version int not null default 1, updated_at timestamptz not null default now(),
  foreign key (tenant_id, id) references ci (tenant_id, id), unique (tenant_id, id)
);
create table cluster (
  id text collate "C" primary key constraint cluster_prefix check (id like 'clu\_%'),
  tenant_id text collate "C" not null,                    -- the platform's own tenant
  name text collate "C" not null unique, region text not null, zone text not null, accredited_class smallint not null, wave smallint not null default 2,
  delivery text not null default 'direct' constraint cluster_delivery_known check (delivery in ('direct','fleet','pull')),
  identity_uid text,                                      -- uid of kube-system: another uid under one name = rebuilt
  environments text[] not null default '{}', ingress_namespace text,
  endpoint text, ca_pem text, secret_id text collate "C" references secret(id),
  max_in_flight smallint not null default 4,
  state text not null default 'active' constraint cluster_state_known check (state in ('joining','active','draining','rebuilding','retired')),
  version int not null default 1, updated_at timestamptz not null default now(),
  foreign key (tenant_id, id) references ci (tenant_id, id), unique (tenant_id, id)   -- Prisma reads 1:1 only from a unique on both columns
);
create table service_instance (
  id text collate "C" primary key constraint instance_prefix check (id like 'sin\_%'),
  tenant_id text collate "C" not null, service_id text collate "C" not null,
  environment text not null references environment(name), cluster_id text collate "C" not null references cluster(id),
  cpu_milli int not null default 0, memory_mib int not null default 0,
  namespace text not null constraint instance_namespace_label check (namespace ~ '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'),
  pinned_revision text, suspended_until timestamptz, retired_at timestamptz,
  version int not null default 1, updated_at timestamptz not null default now(),
  foreign key (tenant_id, id) references ci (tenant_id, id), unique (tenant_id, id),
  foreign key (tenant_id, service_id) references service (tenant_id, id)
);
create unique index instance_natural on service_instance (service_id, environment, cluster_id) where retired_at is null;
create unique index instance_place on service_instance (cluster_id, namespace) where retired_at is null;   -- one instance per namespace

create table ci_relation_type (
  type text primary key, inverse text not null, from_classes text[] not null, to_classes text[] not null, one_to boolean not null default false,
  propagates_impact boolean not null default false, impact_against boolean not null default true   -- impact flows from `to` to `from`
);
create table ci_relation (
  id bigint generated always as identity primary key,
  tenant_id text collate "C" not null,                    -- of the `from` side
  type text not null references ci_relation_type(type),
  from_id text collate "C" not null, to_id text collate "C" not null references ci(id),
  hard boolean not null default true, impact smallint not null default 0,   -- set by trigger from the type: 1 hurts `from`, 2 hurts `to`, 0 neither
  origin text not null default 'onboarding',
  valid_from timestamptz(3) not null default now(), valid_to timestamptz(3),   -- null = still true; 'infinity' reaches JavaScript as an invalid Date
  created_by text not null, created_change text, ended_by text, ended_change text,
  foreign key (tenant_id, from_id) references ci (tenant_id, id),
  constraint relation_valid check (valid_from < valid_to), constraint relation_not_self check (from_id <> to_id)
);
create unique index relation_live on ci_relation (from_id, type, to_id) where valid_to is null;
create index relation_from on ci_relation (from_id, type) include (to_id, valid_from, valid_to);
create index relation_to on ci_relation (to_id, type) include (from_id, valid_from, valid_to);
create index relation_hurts_from on ci_relation (to_id) include (from_id) where impact = 1 and hard and valid_to is null;    -- one index-only probe per node of the blast radius;
create index relation_hurts_to on ci_relation (from_id) include (to_id) where impact = 2 and hard and valid_to is null;      -- (to_id, type = any (six types)) cost six
create function app.relation_impact() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  select case when not propagates_impact then 0 when impact_against then 1 else 2 end into strict new.impact from ci_relation_type where type = new.type;
  if tg_op = 'UPDATE' and (old.from_id, old.to_id, old.type, old.valid_from) is distinct from (new.from_id, new.to_id, new.type, new.valid_from) then raise exception 'a relation is ended, not edited' using errcode = 'SW006'; end if;
  new.created_by := case when tg_op = 'INSERT' then app.actor() else old.created_by end;
  if new.valid_to is not null then new.ended_by := app.actor(); new.ended_change := coalesce(new.ended_change, app.ctx('change')); end if;
  return new;
end $$;
create trigger relation_impact before insert or update on ci_relation for each row execute function app.relation_impact();
create table ci_word (                                    -- vocabulary per tenant, for typos: correct the words, then search exactly. Swept nightly
  tenant_id text collate "C" not null, word text collate "C" not null, primary key (tenant_id, word)
);
create index ci_word_word on ci_word (word);
create index ci_word_trgm on ci_word using gin (word gin_trgm_ops);
create function app.words(t text) returns setof text language sql immutable parallel safe as $$ select distinct w from regexp_split_to_table(lower(t), '[^[:alnum:]]+') w where w ~ '[[:alpha:]]' and length(w) between 3 and 40 $$;
create function app.learn_words() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin insert into ci_word select new.tenant_id, w from app.words(new.search_text) w on conflict do nothing; return null; end $$;   -- no counters: a counter would serialise everyone who names a payments service
create trigger learn_words after insert or update of name, display_name, tenant_id on ci for each row execute function app.learn_words();
create table ci_key (                                     -- identification: every name the world has for this CI
  scheme text not null, value text collate "C" not null, tenant_id text collate "C" not null, ci_id text collate "C" not null,
  primary key (scheme, value), foreign key (tenant_id, ci_id) references ci (tenant_id, id)
);
create index ci_key_ci on ci_key (ci_id);

-- observed state ------------------------------------------------------------------------------------------
create function app.severity(status text) returns smallint language sql immutable parallel safe as
  $$ select (case status when 'stalled' then 90 when 'failing' then 80 when 'failing_retrying' then 70 when 'unknown' then 60 when 'ready_but' then 55 when 'source_failing' then 50
             when 'behind' then 40 when 'suspended' then 30 when 'reconciling' then 20 when 'deleting' then 10 else 0 end)::smallint $$;
create table cluster_state (                              -- one row per cluster; counts kept by trigger, so the fleet page reads 500 rows
  cluster_id text collate "C" primary key references cluster(id),
  reachable boolean not null default true, polled_at timestamptz, last_event_at timestamptz, poll_error text,
  flux_version text, kubernetes_version text, in_flight smallint not null default 0, breaker_failures smallint not null default 0, breaker_open_until timestamptz,
  total int not null default 0, ready int not null default 0, reconciling int not null default 0, behind int not null default 0, suspended int not null default 0,
  unknown int not null default 0, failing int not null default 0, stalled int not null default 0,   -- failing: failing, failing_retrying, source_failing, ready_but; reconciling: reconciling, deleting
  worst smallint generated always as (case when not reachable then 95 when stalled > 0 then 90 when failing > 0 then 80 when unknown > 0 then 60 when behind > 0 then 40
     when suspended > 0 then 30 when reconciling > 0 then 20 else 0 end) stored
) with (fillfactor = 50);
create table flux_object (
  id bigint generated always as identity primary key,
  cluster_id text collate "C" not null references cluster(id), kind text not null, namespace text not null, name text not null, uid text,
  tenant_id text collate "C" not null, instance_id text collate "C" references service_instance(id),
  status text not null default 'unknown' constraint flux_status_known check (status in ('ready','reconciling','behind','suspended','unknown','source_failing','ready_but','failing_retrying','failing','stalled','deleting')),
  severity smallint generated always as (app.severity(status)) stored,
  reason text, message text constraint flux_message_cap check (length(message) <= 4000),
  suspended boolean not null default false, applied_revision text, attempted_revision text, source_revision text,
  generation bigint, resource_version text, changed_at timestamptz not null default now(), last_success_at timestamptz,
  unique (cluster_id, kind, namespace, name)
) with (fillfactor = 70);
create index flux_object_instance on flux_object (instance_id);
create table instance_state (
  instance_id text collate "C" primary key references service_instance(id), tenant_id text collate "C" not null,
  service_id text collate "C" not null, environment text not null, status text not null default 'unknown', severity smallint not null default 60,
  revision text, since timestamptz(3) not null default now()
) with (fillfactor = 70);
create index instance_state_service on instance_state (service_id, environment, severity);
create table service_list (                               -- read model of the list screens, written only by triggers: one row per service and environment, '*' for the whole service
  service_id text collate "C" not null references service(id), environment text not null, tenant_id text collate "C" not null,
  name text collate "C" not null, display_name text not null, owner_group_id text collate "C", tier smallint,       -- copied from ci
  severity smallint not null default 60, since timestamptz(3) not null default now(), instances smallint not null default 0, unhealthy smallint not null default 0,   -- rolled up from instance_state
  primary key (service_id, environment)
) with (fillfactor = 70);
create index list_name on service_list (environment, name, service_id);
create index list_worst on service_list (environment, severity desc, since desc, service_id desc);
create index list_tier_name on service_list (environment, tier, name, service_id);
create index list_tier_worst on service_list (environment, tier, severity desc, since desc, service_id desc);
create index list_tenant_name on service_list (tenant_id, environment, name, service_id);
create index list_tenant_worst on service_list (tenant_id, environment, severity desc, since desc, service_id desc);
create index list_owner on service_list (owner_group_id, environment, name, service_id);


-- ───────────────────────────────────────────── what a tenant may use
create table tenant_cluster (                             -- admission: which tenant may stand where
  tenant_id text collate "C" not null references tenant(id), cluster_id text collate "C" not null references cluster(id), environment text not null references environment(name),
  added_by text not null, added_at timestamptz not null default now(), primary key (tenant_id, cluster_id, environment)
);
create table tenant_quota (                               -- per environment: millicores and MiB over all of the tenant's instances there
  tenant_id text collate "C" not null references tenant(id), environment text not null references environment(name), cpu_milli int not null, memory_mib int not null, instances int not null,
  primary key (tenant_id, environment)
);
create table name_reservation (                           -- names promised to an open change: held from submit until the change ends
  scheme text not null constraint reservation_scheme_known check (scheme in ('service','namespace','repository')), value text collate "C" not null,
  tenant_id text collate "C" not null references tenant(id), change_id text collate "C" not null, held_at timestamptz not null default now(), primary key (scheme, value)
);
create index name_reservation_change on name_reservation (change_id);
