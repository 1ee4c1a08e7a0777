-- Freezes: times in which nothing starts, or only in which something starts. Shared rows of the platform's tenant, read by everybody, written by its administrators.
create table change_freeze (
  id text collate "C" primary key constraint freeze_prefix check (id like 'frz\_%'), tenant_id text collate "C" not null references tenant(id),
  name text not null constraint freeze_name check (length(name) between 3 and 80),
  kind text not null constraint freeze_kind_known check (kind in ('blackout','maintenance_only')),
  reason text not null constraint freeze_reason check (length(reason) between 3 and 500),
  owner text not null constraint freeze_owner check (length(owner) between 3 and 80),
  tenants text[] not null default '{}', environments text[] not null default '{}', clusters text[] not null default '{}',  -- slugs and names; empty is every one
  zone text not null, starts text not null, duration text not null, rule text, except_at text[] not null default '{}', also_at text[] not null default '{}',  -- by the zone's clocks, as people wrote it
  expanded_to timestamptz(3) not null,                    -- occurrences are written down up to here
  ended_at timestamptz(3), ended_by text collate "C" references person(id), end_reason text constraint freeze_end_reason check (length(end_reason) between 3 and 500),
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint freeze_ended check (num_nulls(ended_at, ended_by, end_reason) in (0, 3))
);
create unique index freeze_name_live on change_freeze (lower(name)) where ended_at is null;
create table freeze_occurrence (
  id bigint generated always as identity primary key, freeze_id text collate "C" not null references change_freeze(id), tenant_id text collate "C" not null,
  during tstzrange not null constraint freeze_half_open check (not isempty(during) and lower_inc(during) and not upper_inc(during) and not lower_inf(during) and not upper_inf(during))
);
create index freeze_occurrence_freeze on freeze_occurrence (freeze_id);
create index freeze_occurrence_during on freeze_occurrence using gist (during);
do $$ declare t text; begin
  execute 'create trigger bump before insert or update or delete on change_freeze for each row execute function app.bump()';
  execute 'create trigger keep after insert or update or delete on change_freeze for each row execute function app.keep()';
  foreach t in array array['change_freeze','freeze_occurrence'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy tenant_wall on %I to stairway_app using (tenant_id = any ((select app.tenants())::text[]))', t);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t);
  end loop;
end $$;
grant select on change_freeze, freeze_occurrence to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert, update on change_freeze to stairway_admin;
grant update (expanded_to, version, updated_at) on change_freeze to stairway_worker;
grant insert, delete on freeze_occurrence to stairway_admin, stairway_worker;

-- A change that a freeze holds: by which, and until when by what is known.
alter table change add column held_by text collate "C" references change_freeze(id), add column held_until timestamptz(3);
drop index change_due;
create index change_due on change (expires_at) where state in ('awaiting_approval','approved','scheduled','blocked');
create index change_held on change (held_until) where state = 'blocked';
insert into legal_transition (from_state, to_state) values
  ('blocked', 'assessing'),
  ('blocked', 'cancelled'),
  ('blocked', 'changes_requested'),
  ('blocked', 'expired'),
  ('blocked', 'scheduled'),
  ('scheduled', 'blocked');

-- Where a change acts: the targets that its newest revision names; a baseline acts in every environment of its cluster.
create function app.change_places(change text) returns table (tenant text, environment text, cluster text) language sql stable set search_path = public, pg_temp as $$
  select t.slug, p.environment, p.cluster from public.change c join tenant t on t.id = c.tenant_id
    left join change_revision v on v.change_id = c.id and v.revision = c.revision
    left join lateral (
      select x->>'environment' as environment, x->>'cluster' as cluster
        from jsonb_array_elements(case when jsonb_typeof(v.parameters->'request'->'targets') = 'array' then v.parameters->'request'->'targets' else '[]' end) x
      union select e, k.name from cluster k cross join lateral unnest(k.environments) e where c.kind = 'cluster_baseline' and k.name = v.parameters->'request'->>'cluster') p on true
  where c.id = change_places.change
$$;
-- Freezes in force whose scope meets a place of the change.
create function app.freezes_over(change text) returns setof change_freeze language sql stable set search_path = public, pg_temp as $$
  select f.* from change_freeze f where f.ended_at is null and exists (
    select from app.change_places(change) p where (f.tenants = '{}' or p.tenant = any (f.tenants))
      and (f.environments = '{}' or p.environment = any (f.environments)) and (f.clusters = '{}' or p.cluster = any (f.clusters)))
$$;
grant execute on function app.change_places(text), app.freezes_over(text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
revoke execute on function app.change_places(text), app.freezes_over(text) from public;
