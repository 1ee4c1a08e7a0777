-- Recovery, dependencies and third parties are asked for: the checks that read them, for a database that has checks already, and the source of assessed companies.
alter table fact_source drop constraint fact_source_kind;
alter table fact_source add constraint fact_source_kind check (kind in ('training','clearance','oncall','finance','prices','applications','vendors'));
insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
select x.id, 1, x.definition->>'title', x.definition->>'severity', x.definition->'waivable' <> 'false'::jsonb, (x.definition->>'maxWaiverDays')::int, x.definition
from (values
  ('dependencies_fit', '{"id":"dependencies_fit","version":1,"title":"What it calls is there, and no less critical","severity":"advisory","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Name services that run in the tenant; agree a higher tier with the owners of what it relies on.","who":"the owners of the services named here","field":"dependsOn"},"takenUp":true}'::jsonb),
  ('controls_required', '{"id":"controls_required","version":1,"title":"The controls that its tier demands are there","severity":"blocking","waivable":{"by":"platform","maxDays":30,"reasons":["recovery_not_stated","one_production_cluster","controls_short"],"secondPerson":true},"maxWaiverDays":30,"scope":"request","freshMinutes":null,"remedy":{"text":"State recovery targets that the tier allows, back its data up, and choose a second production cluster.","who":"you, with the owning team","field":"recovery"},"takenUp":true}'::jsonb),
  ('third_party_assessed', '{"id":"third_party_assessed","version":1,"title":"The companies it relies on were assessed","severity":"blocking","waivable":{"by":"platform","maxDays":30,"reasons":["vendor_unassessed"],"secondPerson":true},"maxWaiverDays":30,"scope":"request","freshMinutes":2880,"remedy":{"text":"Ask third-party risk to assess the companies named here, or do without them.","who":"third-party risk","field":"vendors"},"takenUp":true}'::jsonb)
) as x(id, definition)
where exists (select from check_definition)
on conflict do nothing;
