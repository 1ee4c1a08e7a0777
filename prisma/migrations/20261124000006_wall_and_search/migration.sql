-- ───────────────────────────────────────────── privileges and row-level security
grant usage on schema public, app to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant select, insert, update on all tables in schema public to stairway_app, stairway_admin, stairway_worker;
grant select on all tables in schema public to stairway_platform;
grant usage on all sequences in schema public to stairway_app, stairway_admin, stairway_worker;
grant delete on group_member, membership, target_object, session, change_draft, name_reservation, rate_window, tenant_cluster, worker_heartbeat to stairway_app, stairway_admin, stairway_worker;
revoke insert, update on ci_word, audit_head, audit_event, audit_payload, row_history, legal_transition, ci_class, ci_relation_type, log_line, service_list from stairway_app, stairway_admin, stairway_worker;
revoke update on decision, change_transition, plan, plan_section, plan_item, blob, change_revision, template_version, approval_policy_version from stairway_app, stairway_admin, stairway_worker;
revoke select on secret from stairway_app, stairway_platform, stairway_admin;              -- the web process stores credentials and cannot read them back
revoke select on session, directory_token from stairway_platform;
revoke execute on all functions in schema app from public;
grant execute on all functions in schema app to stairway_app, stairway_admin, stairway_worker;
grant execute on function app.ctx(text), app.tenants(), app.actor(), app.severity(text) to stairway_platform;
revoke execute on function app.roll_partitions(interval, int, date), app.service_rollup(text[]) from stairway_app;
do $$ declare t record; col text; begin
  for t in select c.relname, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) scoped
           from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r','p') and not c.relispartition loop
    continue when not t.scoped and t.relname <> 'tenant';
    col := case when t.scoped then 'tenant_id' else 'id' end;
    execute format('alter table %I enable row level security', t.relname);
    -- the sub-select makes it an InitPlan: evaluated once, usable as an index condition
    execute format('create policy tenant_wall on %I to stairway_app using (%I = any ((select app.tenants())::text[]))', t.relname, col);
    execute format('create policy across on %I to stairway_worker, stairway_admin using (true)', t.relname);
    execute format('create policy across_read on %I for select to stairway_platform using (true)', t.relname);
  end loop;
end $$;
-- shared rows (clusters, teams, environments' CIs) belong to the platform's own tenant, ten_ and 26 zeros. Every context lists it among app.tenants to read them;
-- a second permissive policy would be OR-ed in and cost the index condition, so the write ban is a restrictive one
create policy shared_no_insert on ci as restrictive for insert to stairway_app with check (tenant_id <> 'ten_' || repeat('0', 26));
create policy shared_no_update on ci as restrictive for update to stairway_app using (tenant_id <> 'ten_' || repeat('0', 26));
create policy shared_no_insert on cluster as restrictive for insert to stairway_app with check (tenant_id <> 'ten_' || repeat('0', 26));
create policy shared_no_update on cluster as restrictive for update to stairway_app using (tenant_id <> 'ten_' || repeat('0', 26));

-- ───────────────────────────────────────────── search and impact: definer functions, because trigram operators are not leakproof
-- Under RLS a non-leakproof operator may not run before the tenant filter, so no trigram index can be used; these two scope themselves instead.
create function app.sees_all() returns boolean language sql stable as $$ select current_setting('role', true) in ('stairway_platform', 'stairway_admin') or session_user in ('stairway_worker') $$;
create function app.search(q text, n int default 20) returns table (id text, class text, name text, display_name text, tenant_id text, kind text, rank real)
  language plpgsql stable security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare t text := lower(trim(q)); hay text := '%' || replace(replace(replace(t, '\', '\\'), '%', '\%'), '_', '\_') || '%'; everything boolean := app.sees_all(); mine text[] := app.tenants(); got int; tok text; best text; cond text := ''; n_tok int := 0;
begin
  if length(t) < 2 then return; end if;
  -- one text per case keeps each plan honest; passes stop as soon as enough is found. Prefix as a range: `^@` with a variable loses its index in a generic plan
  if everything then
    return query select c.id, c.class, c.name, c.display_name, c.tenant_id, case when c.name = t then 'exact' else 'prefix' end, (case when c.name = t then 3 else 2 end)::real
      from ci c where c.search_text >= t and c.search_text < t || U&'\+10FFFF' and c.retired_at is null order by c.search_text, c.id limit n;
  else
    return query select c.id, c.class, c.name, c.display_name, c.tenant_id, case when c.name = t then 'exact' else 'prefix' end, (case when c.name = t then 3 else 2 end)::real
      from ci c where c.tenant_id = any (mine) and c.search_text >= t and c.search_text < t || U&'\+10FFFF' and c.retired_at is null order by c.search_text, c.id limit n;
  end if;
  get diagnostics got = row_count;
  if got >= n or length(t) < 3 then return; end if;
  if everything then
    return query select x.id, x.class, x.name, x.display_name, x.tenant_id, 'contains', (1 + word_similarity(t, x.search_text))::real from
      (select c.* from ci c where c.search_text like hay and not c.search_text ^@ t and c.retired_at is null limit 200) x order by (x.class = 'service') desc, length(x.name), x.id limit n - got;
  else
    return query select x.id, x.class, x.name, x.display_name, x.tenant_id, 'contains', (1 + word_similarity(t, x.search_text))::real from
      (select c.* from ci c where c.tenant_id = any (mine) and c.search_text like hay and not c.search_text ^@ t and c.retired_at is null limit 200) x order by (x.class = 'service') desc, length(x.name), x.id limit n - got;
  end if;
  if got > 0 or found then return; end if;
  -- nothing as typed: take each word for the nearest one in the vocabulary, then ask for all of them in any order. Bounded work, where a similarity
  -- scan over 200,000 names took up to 140 ms for a two-word query
  for tok in select w from regexp_split_to_table(t, '[^[:alnum:]]+') w where length(w) > 1 limit 6 loop
    best := tok;
    if tok ~ '[[:alpha:]]' and length(tok) > 2 then
      if everything then
        select word into best from (select word from ci_word where word >= tok and word < tok || U&'\+10FFFF' limit 1) x;
        if best is null then select word into best from ci_word where word % tok order by similarity(word, tok) desc, length(word), word limit 1; end if;
      else
        select word into best from ci_word where tenant_id = any (mine) and word >= tok and word < tok || U&'\+10FFFF' limit 1;
        if best is null then select word into best from ci_word where tenant_id = any (mine) and word % tok order by similarity(word, tok) desc, length(word), word limit 1; end if;
      end if;
      best := case when best ^@ tok then tok else best end;
    end if;
    if best is not null then cond := cond || format(' and c.search_text like %L', '%' || best || '%'); n_tok := n_tok + 1; end if;   -- letters and digits only, quoted by %L
  end loop;
  if n_tok = 0 then return; end if;
  return query execute 'select x.id, x.class, x.name, x.display_name, x.tenant_id, ''similar'', similarity($1, x.name) from (select c.* from ci c where c.retired_at is null'
    || case when everything then '' else ' and c.tenant_id = any ($2)' end || cond || ' limit 200) x order by (x.class = ''service'') desc, 7 desc, length(x.name), x.id limit $3' using t, mine, n;
end $$;
create function app.impact(root text, depth int default 3, most int default 300) returns table (level int, id text, class text, name text, tier smallint, tenant_id text)
  language sql stable security definer set search_path = public, pg_temp as $$
  with recursive hit(id, level) as (
    select root collate "C", 0
    union                                                 -- (node, level) once: cycles end at the depth, paths do not multiply; breadth first, so the cap keeps the nearest
    select n.id, h.level + 1 from hit h cross join lateral (
      select r.from_id as id from ci_relation r where r.to_id = h.id and r.impact = 1 and r.hard and r.valid_to is null
      union all select r.to_id from ci_relation r where r.from_id = h.id and r.impact = 2 and r.hard and r.valid_to is null) n
    where h.level < least(depth, 6)),
  first as (select b.id, min(b.level) lv from (select h.id, h.level from hit h limit most + 1) b group by b.id)
  -- another tenant's CI is counted with its class and tier; its name and id are not shown
  select f.lv, case when v.all_rows or c.tenant_id = any (v.mine) then c.id end, c.class, case when v.all_rows or c.tenant_id = any (v.mine) then c.name end, c.tier, c.tenant_id
  from first f cross join (select app.sees_all() all_rows, app.tenants() mine) v join ci c on c.id = f.id where f.lv > 0 and c.retired_at is null order by f.lv, c.tier nulls last, c.id $$;
grant execute on function app.search(text, int), app.impact(text, int, int), app.sees_all() to stairway_app, stairway_platform, stairway_admin, stairway_worker;
revoke execute on function app.search(text, int), app.impact(text, int, int), app.sees_all() from public;


-- ───────────────────────────────────────────── the platform's own tenant, the words of the CMDB, this month's partitions
select set_config('app.actor', 'sys:migration', true);
insert into tenant (id, slug, name, prefix, git_org, max_services) values ('ten_' || repeat('0', 26), 'platform', 'Platform', 'plt', 'platform', 0);
insert into audit_head (tenant_id) values ('ten_' || repeat('0', 26));
insert into environment (name, rank, production) values ('dev', 1, false), ('test', 2, false), ('prod', 3, true);
insert into ci_class (class, prefix, natural_key, csdm_table) values
  ('business_application', 'app', 'tenant/name', 'cmdb_ci_business_app'), ('service', 'svc', 'tenant/slug', 'cmdb_ci_sdlc_component'), ('service_instance', 'sin', 'service/environment/cluster', 'cmdb_ci_service_auto'),
  ('environment', 'env', 'name', null), ('cluster', 'clu', 'name', 'cmdb_ci_kubernetes_cluster'), ('namespace', 'nsp', 'cluster/name', 'cmdb_ci_kubernetes_namespace'), ('repository', 'rep', 'host/org/name', null),
  ('template', 'tpl', 'name', null), ('person', 'usr', 'directory id', 'sys_user'), ('team', 'tea', 'directory id', 'sys_user_group');
insert into ci_relation_type (type, inverse, from_classes, to_classes, one_to, propagates_impact, impact_against) values
  ('part_of', 'contains', '{service}', '{business_application}', true, true, false), ('deployed_as', 'deployment_of', '{service}', '{service_instance}', false, true, true),
  ('runs_in', 'runs', '{service_instance}', '{namespace}', true, true, true), ('hosted_on', 'hosts', '{namespace}', '{cluster}', true, true, true), ('built_from', 'builds', '{service}', '{repository}', true, true, true),
  ('made_from', 'made', '{repository}', '{template}', true, false, true), ('in_environment', 'has', '{service_instance}', '{environment}', true, false, true), ('owned_by', 'owns', '{service}', '{team}', true, false, true),
  ('requested_by', 'requested', '{service}', '{person}', true, false, true), ('depends_on', 'used_by', '{service}', '{service}', false, true, true);
select app.roll_partitions();
