-- A part of a name that thousands of a tenant's items hold: their trigrams are read through for all of them before the first is shown (32 ms at 100,000 items of a tenant).
-- Services are shown first and are a tenth of all items: they have an index of their own, and where they fill the page nothing else is read. Where they do not,
-- the first names of the tenant are looked through; only a part that is rare there as well is asked of the index of everything.
create index ci_search_services on ci using gin (tenant_id, search_text gin_trgm_ops) where class = 'service' and retired_at is null;
alter function app.search_inside(text, text, boolean, text[], int) rename to search_by_trigram;
create function app.services_inside(t text, hay text, everything boolean, mine text[]) returns text[]
  language plpgsql stable set search_path = public, pg_temp set enable_indexscan = off set enable_seqscan = off as $$
declare ids text[];
begin
  execute 'select array_agg(x.id) from (select c.id from ci c where c.class = ''service'' and c.retired_at is null and c.search_text like $1 and not c.search_text ^@ $2'
    || case when everything then '' else ' and c.tenant_id = any ($3)' end || ' limit 200) x' into ids using hay, t, mine;
  return coalesce(ids, '{}');
end $$;
create function app.first_names_inside(t text, hay text, mine text[]) returns text[]
  language sql stable set search_path = public, pg_temp set enable_seqscan = off as $$
  select coalesce(array_agg(c.id), '{}') from unnest(mine) m(tenant)
    cross join lateral (select i.id, i.search_text from ci i where i.tenant_id = m.tenant and i.retired_at is null order by i.search_text, i.id limit 1000) c
  where c.search_text like hay and not c.search_text ^@ t $$;
create function app.search_inside(t text, hay text, everything boolean, mine text[], n int) returns table (id text, class text, name text, display_name text, tenant_id text, kind text, rank real)
  language plpgsql stable set search_path = public, pg_temp as $$
#variable_conflict use_column
declare ids text[] := app.services_inside(t, hay, everything, mine);
begin
  if cardinality(ids) < n and not everything then
    select array_agg(distinct each) into ids from unnest(ids || app.first_names_inside(t, hay, mine)) each;
  end if;
  if coalesce(cardinality(ids), 0) >= n then
    return query select x.id, x.class, x.name, x.display_name, x.tenant_id, 'contains', (1 + word_similarity(t, x.search_text))::real
      from ci x where x.id = any (ids) order by (x.class = 'service') desc, length(x.name), x.id limit n;
  else
    return query select * from app.search_by_trigram(t, hay, everything, mine, n);
  end if;
end $$;
revoke execute on function app.search_inside(text, text, boolean, text[], int), app.services_inside(text, text, boolean, text[]), app.first_names_inside(text, text, text[]) from public;
