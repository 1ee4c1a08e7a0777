-- ───────────────────────────────────────────── row history: one table, one trigger, after-images
create table row_history (
  row_id text collate "C" not null, version int not null, table_name text not null, tenant_id text collate "C", at timestamptz not null,
  op text not null constraint history_op_known check (op in ('I','U','D')), actor text not null, change_id text collate "C", reason text, request_id text,
  changed text[] not null default '{}', image jsonb not null,
  primary key (row_id, table_name, version)            -- a CI and its typed row share one id
);
create index row_history_change on row_history (change_id) where change_id is not null;     -- "the changed component back to the record" and the reverse
create index row_history_tenant on row_history (tenant_id, at desc);
create function app.bump() returns trigger language plpgsql as $$
begin
  perform app.actor();                                   -- refuses, SW001
  if tg_op = 'DELETE' then return old; end if;
  if tg_op = 'UPDATE' then
    if new.version is distinct from old.version then raise exception '% version is set by the database', tg_table_name using errcode = 'SW002'; end if;
    new.version := old.version + 1;
  else new.version := 1; end if;
  new.updated_at := clock_timestamp();
  return new;
end $$;
create function app.keep() returns trigger language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare n jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end; o jsonb := case when tg_op = 'UPDATE' then to_jsonb(old) end;
begin
  insert into row_history (row_id, version, table_name, tenant_id, at, op, actor, change_id, reason, request_id, changed, image)
  values (coalesce(n->>'id', (n->>'tenant_id') || '/' || (n->>'principal_id') || '/' || (n->>'role')), (n->>'version')::int + (tg_op = 'DELETE')::int, tg_table_name,
    coalesce(n->>'tenant_id', case when tg_table_name = 'tenant' then n->>'id' end), clock_timestamp(), left(tg_op, 1),   -- inside the row lock: monotonic per row
    app.actor(), app.ctx('change'), app.ctx('reason'), app.ctx('request'),
    case when o is null then '{}' else coalesce((select array_agg(key order by key) from jsonb_each(n) where value is distinct from o->key and key not in ('version','updated_at','search_text')), '{}') end, n - 'search_text');
  return null;
end $$;
do $$ declare t text; begin
  foreach t in array array['person','tenant','membership','ci','service','cluster','service_instance','template','approval_policy','approval_stage','standard_template','change','run'] loop
    execute format('create trigger bump before insert or update or delete on %I for each row execute function app.bump()', t);
    execute format('create trigger keep after insert or update or delete on %I for each row execute function app.keep()', t);
  end loop;
end $$;

-- ───────────────────────────────────────────── audit: one chain per tenant
create table audit_head (tenant_id text collate "C" primary key references tenant(id), seq bigint not null default 0, hash bytea not null default sha256('stairway-audit-v1'::bytea)) with (fillfactor = 50);
create table audit_event (
  tenant_id text collate "C" not null references tenant(id), seq bigint not null, at_us bigint not null,    -- epoch microseconds: no time zone to argue about
  actor text collate "C" not null, action text collate "C" not null, subject text collate "C" not null, payload_hash bytea not null, prev bytea not null, hash bytea not null,
  primary key (tenant_id, seq),
  constraint audit_plain check (tenant_id ~ '^[a-z0-9_]+$' and actor ~ '^[A-Za-z0-9_.:@/-]{1,200}$' and action ~ '^[a-z_]+\.[a-z_]+$' and subject ~ '^[A-Za-z0-9_.:@/*-]{1,200}$')   -- nothing JSON would escape
);
create index audit_subject on audit_event (subject, tenant_id, seq desc);
create index audit_actor on audit_event (actor, tenant_id, seq desc);
create table audit_payload (tenant_id text collate "C" not null, seq bigint not null, body text not null, primary key (tenant_id, seq), foreign key (tenant_id, seq) references audit_event);  -- RFC 8785 text; erasable, the chain keeps its hash
-- The canonical bytes: RFC 8785 of nine plain members. An offline verifier parses, re-canonicalises and compares.
create function app.audit_bytes(e audit_event) returns bytea language sql immutable as $$
  select convert_to('{"action":"' || e.action || '","actor":"' || e.actor || '","at":' || e.at_us || ',"payload":"' || encode(e.payload_hash, 'hex') || '","prev":"' || encode(e.prev, 'hex')
    || '","seq":' || e.seq || ',"subject":"' || e.subject || '","tenant":"' || e.tenant_id || '","v":1}', 'UTF8') $$;
-- Call it last in the transaction: the head row stays locked from here to commit.
create function app.audit(tenant text, action text, subject text, payload text default '{}') returns bigint
  language plpgsql security definer set search_path = public, pg_temp as $$
declare h audit_head; e audit_event;
begin
  if not (tenant = any (app.tenants())) and session_user <> 'stairway_worker' and current_setting('role', true) <> 'stairway_admin' then
    raise exception 'audit for a tenant outside the context' using errcode = 'SW003';
  end if;
  select * into h from audit_head a where a.tenant_id = tenant for update;
  if not found then raise exception 'no audit chain for %', tenant using errcode = 'SW004'; end if;
  e := (tenant, h.seq + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint, app.actor(), action, subject, sha256(convert_to(payload, 'UTF8')), h.hash, null);
  e.hash := sha256(app.audit_bytes(e));
  insert into audit_event values (e.*);
  insert into audit_payload values (tenant, e.seq, payload);
  update audit_head a set seq = e.seq, hash = e.hash where a.tenant_id = tenant;
  return e.seq;
end $$;
create function app.audit_first_break(tenant text, from_seq bigint default 1) returns bigint language sql stable as $$   -- null = intact
  with x as (select e.*, lag(hash, 1, case when from_seq = 1 then sha256('stairway-audit-v1'::bytea) else prev end) over (order by seq) want_prev, from_seq - 1 + row_number() over (order by seq) want_seq,
                    sha256(app.audit_bytes(e)) want_hash, sha256(convert_to(p.body, 'UTF8')) want_payload
             from audit_event e left join audit_payload p using (tenant_id, seq) where e.tenant_id = tenant and seq >= from_seq)
  select least((select min(want_seq) from x where prev <> want_prev or seq <> want_seq or hash <> want_hash or payload_hash <> want_payload),
               (select h.seq from audit_head h where h.tenant_id = tenant and (h.seq, h.hash) is distinct from (select (seq, hash) from (select seq, hash from x order by seq desc limit 1) l)
                 and exists (select 1 from x))) $$;
create function app.refuse() returns trigger language plpgsql as $$ begin raise exception '% is append-only', tg_table_name using errcode = 'SW005'; end $$;
do $$ declare t text; begin
  foreach t in array array['audit_event','decision','row_history','change_transition','plan','plan_section','plan_item','blob','change_revision','template_version','approval_policy_version'] loop
    execute format('create trigger append_only before update or delete on %I for each row execute function app.refuse()', t);
    execute format('create trigger no_truncate before truncate on %I for each statement execute function app.refuse()', t);
  end loop;
end $$;

-- ───────────────────────────────────────────── roll-ups of observed state (statement triggers: one pass per poll, not per row)
create type app.flux_delta as (cluster_id text, instance_id text, status text, n int);
create function app.flux_rollup() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare d app.flux_delta[]; touched text[];
begin
  if tg_op = 'INSERT' then
    select array_agg((cluster_id, instance_id, status, 1)::app.flux_delta) into d from new_rows;
  elsif tg_op = 'DELETE' then
    select array_agg((cluster_id, instance_id, status, -1)::app.flux_delta) into d from old_rows;
  else
    select array_agg((x.cluster_id, x.instance_id, x.status, x.n)::app.flux_delta) into d from (
      select n.cluster_id, n.instance_id, n.status, 1 n from new_rows n join old_rows o using (id) where (o.status, o.applied_revision) is distinct from (n.status, n.applied_revision)
      union all select o.cluster_id, o.instance_id, o.status, -1 from old_rows o join new_rows n using (id) where (o.status, o.applied_revision) is distinct from (n.status, n.applied_revision)) x;
  end if;
  if d is null then return null; end if;
  perform 1 from cluster_state where cluster_id in (select cluster_id from unnest(d)) order by cluster_id for update;     -- always in id order: no deadlock
  update cluster_state c set total = c.total + x.t, ready = c.ready + x.ready, reconciling = c.reconciling + x.reconciling, behind = c.behind + x.behind,
      suspended = c.suspended + x.suspended, unknown = c.unknown + x.unknown, failing = c.failing + x.failing, stalled = c.stalled + x.stalled
    from (select cluster_id, sum(n) t, coalesce(sum(n) filter (where status = 'ready'), 0) ready, coalesce(sum(n) filter (where status in ('reconciling','deleting')), 0) reconciling,
            coalesce(sum(n) filter (where status = 'behind'), 0) behind, coalesce(sum(n) filter (where status = 'suspended'), 0) suspended, coalesce(sum(n) filter (where status = 'unknown'), 0) unknown,
            coalesce(sum(n) filter (where status in ('failing','failing_retrying','source_failing','ready_but')), 0) failing, coalesce(sum(n) filter (where status = 'stalled'), 0) stalled
          from unnest(d) group by cluster_id) x
    where c.cluster_id = x.cluster_id and (x.t, x.ready, x.reconciling, x.behind, x.suspended, x.unknown, x.failing, x.stalled) is distinct from (0, 0, 0, 0, 0, 0, 0, 0);
  select array_agg(distinct instance_id) into touched from unnest(d) where instance_id is not null;
  if touched is null then return null; end if;
  perform 1 from instance_state where instance_id = any (touched) order by instance_id for update;
  with worst as (select distinct on (instance_id) instance_id, status, severity, applied_revision from flux_object where instance_id = any (touched) order by instance_id, severity desc, id),
  up as (update instance_state s set status = w.status, severity = w.severity, revision = coalesce(w.applied_revision, s.revision), since = case when s.status <> w.status then now() else s.since end
         from worst w where s.instance_id = w.instance_id and (s.status, s.revision) is distinct from (w.status, w.applied_revision) returning s.service_id)
  select array_agg(distinct service_id) into touched from up;
  if touched is not null then perform app.service_rollup(touched); end if;
  return null;
end $$;
create function app.service_rollup(services text[]) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin                                                     -- lock, then recompute in a new statement: under READ COMMITTED it sees whatever the previous holder committed
  perform 1 from service_list where service_id = any (services) order by service_id, environment for update;
  update service_list t set severity = x.severity, since = case when t.severity <> x.severity then now() else t.since end, instances = x.n, unhealthy = x.bad
    from (select service_id, coalesce(environment, '*') environment, max(severity) severity, count(*)::smallint n, (count(*) filter (where severity >= 40))::smallint bad
          from instance_state where service_id = any (services) group by grouping sets ((service_id, environment), (service_id))) x
    where t.service_id = x.service_id and t.environment = x.environment and (t.severity, t.instances, t.unhealthy) is distinct from (x.severity, x.n, x.bad);
end $$;
create function app.list_service() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.retired_at is not null then delete from service_list where service_id = new.id;
  else update service_list set tenant_id = new.tenant_id, name = new.name, display_name = new.display_name, owner_group_id = new.owner_group_id, tier = new.tier where service_id = new.id; end if;
  return null;
end $$;
create trigger list_service after update of tenant_id, name, display_name, owner_group_id, tier, retired_at on ci for each row when (new.class = 'service') execute function app.list_service();
create function app.list_instance() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare svc text := case tg_table_name when 'service' then new.id else to_jsonb(new)->>'service_id' end; env text := case tg_table_name when 'service' then '*' else to_jsonb(new)->>'environment' end;
begin
  insert into service_list (service_id, environment, tenant_id, name, display_name, owner_group_id, tier) select c.id, env, c.tenant_id, c.name, c.display_name, c.owner_group_id, c.tier from ci c where c.id = svc on conflict do nothing;
  if tg_table_name = 'service_instance' then
    if to_jsonb(new)->>'retired_at' is not null then
      delete from instance_state where instance_id = new.id;
      delete from service_list l where l.service_id = svc and l.environment = env and not exists (select 1 from instance_state s where s.service_id = svc and s.environment = env);
    else insert into instance_state (instance_id, tenant_id, service_id, environment) values (new.id, new.tenant_id, svc, env) on conflict do nothing; end if;
    perform app.service_rollup(array[svc]);
  end if;
  return null;
end $$;
create trigger list_service after insert on service for each row execute function app.list_instance();
create trigger list_instance after insert or update of retired_at on service_instance for each row execute function app.list_instance();
create trigger rollup_insert after insert on flux_object referencing new table as new_rows for each statement execute function app.flux_rollup();
create trigger rollup_update after update on flux_object referencing old table as old_rows new table as new_rows for each statement execute function app.flux_rollup();
create trigger rollup_delete after delete on flux_object referencing old table as old_rows for each statement execute function app.flux_rollup();

-- ───────────────────────────────────────────── gapless log numbers per run: readers resume from a line and never miss one that commits late
create function app.log(run text, lines jsonb) returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
declare n bigint; k int := jsonb_array_length(lines);
begin
  update run_log_head h set lines = h.lines + k where h.run_id = run returning h.lines - k into n;
  insert into log_line (run_id, line, tenant_id, ordinal, cluster_id, level, text)
    select run, n + x.ord, h.tenant_id, (x.l->>'step')::smallint, x.l->>'cluster', coalesce(x.l->>'level', 'info'), left(x.l->>'text', 8000)
    from jsonb_array_elements(lines) with ordinality x(l, ord), run_log_head h where h.run_id = run;
  return n + k;
end $$;

-- ───────────────────────────────────────────── partitions by month; run daily by the worker
create function app.roll_partitions(keep interval default '91 days', ahead int default 2, today date default current_date) returns int
  language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare t text; m date; p record; n int := 0;
begin
  foreach t in array array['flux_event','log_line'] loop
    for i in 0..ahead loop
      m := (date_trunc('month', today) + i * interval '1 month')::date;
      if to_regclass(format('%I', t || '_' || to_char(m, 'YYYY_MM'))) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)', t || '_' || to_char(m, 'YYYY_MM'), t, m::timestamptz, (m + interval '1 month')::timestamptz);
        n := n + 1;
      end if;
    end loop;
    for p in select c.oid::regclass::text as rel, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)'))[1]::timestamptz upto
             from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = t::regclass loop
      if p.upto < today - keep then execute 'drop table ' || p.rel; n := n + 1; end if;
    end loop;
  end loop;
  return n;
end $$;

