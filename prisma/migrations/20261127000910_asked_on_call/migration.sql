-- Whoever is on call without a role that decides in the change's tenant is not asked.
create or replace function app.still_asked(person text, of_change text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person p where p.id = still_asked.person and p.status = 'active')
    and not exists (select from change_barred b where b.change_id = of_change and b.person_id = still_asked.person)
    and not exists (select from change c join decision d on d.change_id = c.id and d.revision = c.revision where c.id = of_change and still_asked.person in (d.decider_id, d.delegator_id))
    and exists (select from change c join stage_principal s on s.change_id = c.id and s.open where c.id = of_change and c.state in ('awaiting_approval','blocked') and (
      s.principal_id in (select app.principals_of(still_asked.person)) and app.may_fill(still_asked.person, s.principal_id, s.tenant_id)
      or exists (select from app.mandates(still_asked.person) m where m.principal_id = s.principal_id and (m.everywhere or m.tenant_id = s.tenant_id))))
$$;
