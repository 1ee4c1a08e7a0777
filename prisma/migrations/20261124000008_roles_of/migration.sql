-- A request's tenants are known only after its person's roles are: this one question is asked before the tenant wall stands.
create function app.roles_of(person text) returns jsonb language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(jsonb_object_agg(tenant_id, roles), '{}') from (
    select m.tenant_id, jsonb_agg(distinct m.role) as roles from membership m
    where (m.expires_at is null or m.expires_at > now())
      and (m.principal_id = person or m.principal_id in (select g.group_id from group_member g where g.person_id = person and (g.expires_at is null or g.expires_at > now())))
    group by m.tenant_id) x $$;
revoke execute on function app.roles_of(text) from public;
grant execute on function app.roles_of(text) to stairway_app, stairway_admin, stairway_worker;
