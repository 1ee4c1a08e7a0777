-- How well a closed change went, 0 to 100, and why: docs/decisions/0037-success-score.md. Null while it is not closed, and where it ran nothing.
create function app.success_of(of_change text) returns table (score smallint, further_runs int, undone_by bigint) language sql stable set search_path = public, pg_temp as $$
  select case when c.close_code = 'unsuccessful' then 0
      else least(case when c.close_code = 'with_issues' then 60 else 100 end - 15 * least(ran.further, 2), case when back.number is null then 100 else 40 end) end::smallint,
    ran.further, back.number
  from change c
  cross join lateral (select greatest(count(*)::int - 1, 0) as further from run r where r.change_id = c.id) ran
  cross join lateral (select max(x.at) as at from change_transition x where x.change_id = c.id and x.to_state = 'closed') ended
  -- taken back within a week of its close
  left join lateral (select b.number from change b where b.service_id = c.service_id and b.kind = 'roll_back' and b.close_code is distinct from 'unsuccessful' and b.id <> c.id
      and b.state not in ('draft', 'rejected', 'cancelled', 'expired') and c.kind <> 'roll_back'
      and b.created_at between ended.at and ended.at + interval '7 days' order by b.created_at limit 1) back on true
  where c.id = of_change and c.state = 'closed' and c.close_code is not null
$$;
comment on function app.success_of(text) is 'A closed change: 100, or 60 with issues, 15 less for each further run up to two, at most 40 where it was rolled back within a week, 0 where it was given up.';

-- What a team''s closed changes of the last 90 days say, the newest 50 at most.
create function app.team_success(in_tenant text, of_team text) returns table (score smallint, changes int) language sql stable set search_path = public, pg_temp as $$
  select round(avg(s.score))::smallint, count(*)::int
  from (select c.id from directory_group g join ci i on i.owner_group_id = g.id and i.tenant_id = in_tenant join change c on c.service_id = i.id
    where g.name = of_team and c.state = 'closed' and c.close_code is not null and c.created_at > now() - interval '90 days'
    order by c.created_at desc, c.id desc limit 50) x
  cross join lateral app.success_of(x.id) s
$$;
