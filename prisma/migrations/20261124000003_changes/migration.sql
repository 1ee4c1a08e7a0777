-- ───────────────────────────────────────────── templates
create table template (
  id text collate "C" primary key constraint template_prefix check (id like 'tpl\_%'), name text not null unique, owner_group_id text collate "C" references directory_group(id),
  state text not null default 'active' constraint template_state_known check (state in ('draft','active','deprecated','retired')),
  version int not null default 1, updated_at timestamptz not null default now()
);
create table template_version (
  template_id text collate "C" not null references template(id), version int not null, digest bytea not null, definition jsonb not null, parameter_schema jsonb not null, file_tree jsonb not null,
  published_at timestamptz not null default now(), published_by text not null, withdrawn_at timestamptz,
  primary key (template_id, version), unique (template_id, digest)
);
alter table service add foreign key (template_id, template_version) references template_version (template_id, version);

-- ───────────────────────────────────────────── changes: plan, approve, apply
create table legal_transition (from_state text, to_state text, primary key (from_state, to_state));   -- generated from the application's one table; CI compares
create table change (
  id text collate "C" primary key constraint change_prefix check (id like 'chg\_%'),
  number bigint generated always as identity unique,
  tenant_id text collate "C" not null references tenant(id),
  kind text not null constraint change_kind_known check (kind in ('onboard','add_targets','remove_targets','switch_source','tune_delivery','progressive_delivery',
    'transfer','rotate_credentials','upgrade_template','retire','reprime','edit_tenant','edit_policy','adopt','cluster_baseline')),
  type text not null default 'normal' constraint change_type_known check (type in ('standard','normal','emergency')),
  state text not null default 'draft' constraint change_state_known check (state in ('draft','assessing','changes_requested','awaiting_approval','approved','scheduled','blocked',
    'executing','verifying','failed','rolling_back','rolled_back','emergency_authorised','review_due','overdue','closed','rejected','cancelled','expired')),
  title text not null, service_id text collate "C", requester_id text collate "C" not null references person(id),
  revision int not null default 1, plan_hash bytea, risk_score smallint, 
  risk_band text constraint change_risk_known check (risk_band in ('low','medium','high','critical')),
  risk jsonb, standard_id text collate "C", parent_id text collate "C", reason_code text,
  window_start timestamptz, window_end timestamptz, expires_at timestamptz, close_code text,
  created_at timestamptz(3) not null default now(), version int not null default 1, updated_at timestamptz not null default now(),
  constraint change_window check (window_start < window_end),
  constraint change_sealed_plan check (plan_hash is not null or state in ('draft','assessing','changes_requested','cancelled')),
  foreign key (tenant_id, service_id) references service (tenant_id, id), unique (tenant_id, id)
);
create index change_tenant_recent on change (tenant_id, created_at desc, id desc);
create index change_recent on change (created_at desc, id desc);
create index change_open on change (state, created_at desc, id desc) where state not in ('closed','rejected','cancelled','expired');
create index change_service on change (service_id, created_at desc, id desc);
create index change_requester on change (requester_id, created_at desc, id desc);
create index change_due on change (expires_at) where state in ('awaiting_approval','approved','scheduled');
create table change_transition (
  change_id text collate "C" not null, seq int not null, tenant_id text collate "C" not null, from_state text not null, to_state text not null,
  actor text not null, reason text, at timestamptz not null default now(),
  primary key (change_id, seq), foreign key (tenant_id, change_id) references change (tenant_id, id), foreign key (from_state, to_state) references legal_transition
);
create table blob (                                       -- content-addressed bytes, per tenant: a shared store would tell one tenant what another holds
  tenant_id text collate "C" not null references tenant(id), hash bytea not null, media_type text not null, size int not null, body bytea not null,
  primary key (tenant_id, hash), constraint blob_is_its_hash check (hash = sha256(body)), constraint blob_size check (size = length(body) and size <= 1048576)
);
create table plan (
  hash bytea primary key constraint plan_hash_len check (length(hash) = 32),   -- sha256 over the RFC 8785 text of {section: hash}
  tenant_id text collate "C" not null references tenant(id), renderer_version text not null, created_at timestamptz not null default now()
);
create table plan_section (
  plan_hash bytea not null references plan(hash), tenant_id text collate "C" not null,
  section text not null constraint plan_section_known check (section in ('identity','data','access','network','capacity','repository','schedule')),
  hash bytea not null, primary key (plan_hash, section)
);
create table plan_item (
  plan_hash bytea not null, section text not null, path text collate "C" not null,  -- repo file path | cluster/ns/kind/name | ci natural key
  tenant_id text collate "C" not null, action text not null constraint plan_action_known check (action in ('create','alter','remove','keep')),
  ordinal int not null default 0, cluster_id text collate "C", namespace text collate "C", blob_hash bytea, previous_hash bytea,   -- ordinal: order of application within its target
  primary key (plan_hash, section, path), foreign key (plan_hash, section) references plan_section, foreign key (tenant_id, blob_hash) references blob
);
create index plan_item_cluster on plan_item (plan_hash, cluster_id) where cluster_id is not null;
create table change_revision (
  change_id text collate "C" not null, revision int not null, tenant_id text collate "C" not null, plan_hash bytea not null references plan(hash),
  parameters jsonb not null, submitted_by text collate "C" not null references person(id), submitted_at timestamptz not null default now(),
  primary key (change_id, revision), unique (change_id, revision, plan_hash), foreign key (tenant_id, change_id) references change (tenant_id, id)
);
create table change_barred (                              -- who may never approve it, and why: requester, contributors, template author, waiver approver
  change_id text collate "C" not null, person_id text collate "C" not null references person(id), why text not null, tenant_id text collate "C" not null,
  primary key (change_id, person_id), foreign key (tenant_id, change_id) references change (tenant_id, id)
);
create table approval_policy (
  id text collate "C" primary key constraint policy_prefix check (id like 'pol\_%'), tenant_id text collate "C" not null references tenant(id), name text not null,
  active_version int, version int not null default 1, updated_at timestamptz not null default now(), unique (tenant_id, name)
);
create table approval_policy_version (
  policy_id text collate "C" not null references approval_policy(id), version int not null, tenant_id text collate "C" not null, scope jsonb not null, body jsonb not null, hash bytea not null,
  effective_from timestamptz(3) not null, effective_to timestamptz(3), proposed_by text collate "C" not null, approved_by text collate "C" not null,
  primary key (policy_id, version), constraint policy_four_eyes check (proposed_by <> approved_by)
);
create table approval_stage (
  id text collate "C" primary key constraint stage_prefix check (id like 'stg\_%'),
  tenant_id text collate "C" not null, change_id text collate "C" not null, revision int not null, plan_hash bytea not null, ordinal smallint not null,
  name text not null, policy_id text collate "C", policy_version int, sections text[] not null, quorum smallint not null constraint stage_quorum check (quorum >= 1),
  state text not null default 'waiting' constraint stage_state_known check (state in ('waiting','open','satisfied','vetoed','void')),
  due_at timestamptz(3) not null, version int not null default 1, updated_at timestamptz not null default now(),
  foreign key (change_id, revision, plan_hash) references change_revision (change_id, revision, plan_hash), foreign key (tenant_id, change_id) references change (tenant_id, id),
  foreign key (policy_id, policy_version) references approval_policy_version, unique (change_id, revision, ordinal, name), unique (id, change_id, revision, plan_hash)
);
create table stage_principal (                            -- who may decide, snapshotted; `open` makes it the work queue
  stage_id text collate "C" not null references approval_stage(id), principal_id text collate "C" not null references principal(id),
  tenant_id text collate "C" not null, change_id text collate "C" not null, due_at timestamptz(3) not null, open boolean not null default false,
  primary key (stage_id, principal_id)
);
create index stage_principal_queue on stage_principal (principal_id, due_at, stage_id) where open;
create index stage_principal_change on stage_principal (change_id);
create function app.queue_follows_stage() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin                                                     -- `open` is never the application's to forget
  if tg_table_name = 'approval_stage' then
    update stage_principal set open = (new.state = 'open') where stage_id = new.id and open is distinct from (new.state = 'open'); return null;
  end if;
  select state = 'open' into strict new.open from approval_stage where id = new.stage_id; return new;
end $$;
create trigger queue_follows_stage after update of state on approval_stage for each row execute function app.queue_follows_stage();
create trigger queue_follows_stage before insert on stage_principal for each row execute function app.queue_follows_stage();
create table decision (                                   -- append-only; a later revision copies the votes whose sections did not move
  id text collate "C" primary key constraint decision_prefix check (id like 'dec\_%'),
  tenant_id text collate "C" not null, stage_id text collate "C" not null, change_id text collate "C" not null, revision int not null, plan_hash bytea not null,
  decider_id text collate "C" not null references person(id),
  verdict text not null constraint decision_verdict_known check (verdict in ('approve','reject','request_changes')),
  comment text, carried_from text collate "C" references decision(id), auth_time timestamptz, acr text, decided_at timestamptz(3) not null default now(),
  foreign key (stage_id, change_id, revision, plan_hash) references approval_stage (id, change_id, revision, plan_hash),   -- the vote binds to the bytes
  unique (stage_id, decider_id),
  constraint decision_comment check (verdict = 'approve' or length(comment) > 0)
);
create index decision_change on decision (change_id, revision);
create index decision_decider on decision (decider_id, decided_at desc);

create table change_draft (                               -- one per person and form, kept as they type; no history
  person_id text collate "C" not null references person(id), form text not null, body jsonb not null, saved_at timestamptz not null default now(), primary key (person_id, form)
);
create table standard_template (                          -- a pre-authorised change: bounds, owner, expiry
  id text collate "C" primary key constraint standard_prefix check (id like 'std\_%'), tenant_id text collate "C" not null references tenant(id), name text not null, bounds jsonb not null,
  owner_id text collate "C", approved_by text not null, expires_at timestamptz not null, state text not null default 'active' constraint standard_state_known check (state in ('active','suspended','expired')),
  version int not null default 1, updated_at timestamptz not null default now(), unique (tenant_id, name)
);
create table notice (                                     -- in-app, exactly once per (person, change, event)
  id text collate "C" primary key constraint notice_prefix check (id like 'ntc\_%'), tenant_id text collate "C" not null references tenant(id), person_id text collate "C" not null references person(id),
  change_id text collate "C", event text not null, title text not null, link text not null, created_at timestamptz(3) not null default now(), read_at timestamptz,
  unique (person_id, change_id, event)
);
create index notice_person on notice (person_id, created_at desc, id desc);
-- ───────────────────────────────────────────── entitlements
create table check_definition (
  id text not null, version int not null, title text not null, severity text not null constraint check_severity_known check (severity in ('blocking','advisory')),
  waivable boolean not null, max_waiver_days int, definition jsonb not null, primary key (id, version)
);
create table entitlement_policy (                         -- Cedar text; one version in force at a time
  version int primary key, body text not null, hash bytea not null, effective_from timestamptz not null default now(), effective_to timestamptz, proposed_by text not null, approved_by text not null,
  constraint entitlement_policy_four_eyes check (proposed_by <> approved_by)
);
create unique index entitlement_policy_in_force on entitlement_policy ((1)) where effective_to is null;
create table check_result (
  id bigint generated always as identity primary key, tenant_id text collate "C" not null, change_id text collate "C", revision int, subject_id text collate "C" not null,
  phase text not null constraint result_phase_known check (phase in ('submit','review','decide','start','recertify')),   -- form checks are advisory: not stored
  check_id text not null, check_version int not null,
  outcome text not null constraint result_outcome_known check (outcome in ('pass','warn','fail','error','not_applicable','waived')),
  reason_code text not null, evidence jsonb not null, inputs_hash bytea not null, policy_hash bytea, evaluated_at timestamptz not null default now(), valid_until timestamptz,
  foreign key (check_id, check_version) references check_definition, foreign key (tenant_id, change_id) references change (tenant_id, id)
);
create index check_result_change on check_result (change_id, revision, phase);
create index check_result_subject on check_result (subject_id, check_id, evaluated_at desc);

