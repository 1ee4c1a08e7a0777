-- The check on access reviews, for a database that has checks already; another gets it from the seed. It is asked where the policy in force takes it up.
insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
select x.id, 1, x.definition->>'title', x.definition->>'severity', true, (x.definition->>'maxWaiverDays')::int, x.definition
from (values ('access_reviewed', '{"id":"access_reviewed","version":1,"title":"Access to the tenant was reviewed in time","severity":"blocking","waivable":{"by":"platform","maxDays":14,"reasons":["access_lapsed"],"secondPerson":true},"maxWaiverDays":14,"scope":"request","freshMinutes":null,"remedy":{"text":"Ask an owner of the tenant to keep or remove the grants named here, under Access.","who":"the tenant’s owners","field":"tenant"},"takenUp":true}'::jsonb)) as x(id, definition)
where exists (select from check_definition)
on conflict do nothing;
