-- How somebody signed in is kept with the session, with each vote, and with each request: `acr` and `amr` of OpenID Connect, and whether they were more than one factor.
alter table session add column amr text[] not null default '{}', add column multi_factor boolean not null default false;
alter table decision add column amr text[];

-- The checks that read it, freezes and approvals, for a database that has checks already.
insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
select x.id, 1, x.definition->>'title', x.definition->>'severity', x.definition->'waivable' <> 'false'::jsonb, (x.definition->>'maxWaiverDays')::int, x.definition
from (values
  ('sign_in_strong', '{"id":"sign_in_strong","version":1,"title":"You signed in strongly, and lately","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Sign in again with a second factor; what you filled in stays.","who":"you","field":null},"takenUp":true}'::jsonb),
  ('freeze_clear', '{"id":"freeze_clear","version":1,"title":"No freeze holds it","severity":"advisory","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Nothing has to be done: it starts when the freeze lets it. The calendar shows when.","who":"the owner of the freeze","field":null},"takenUp":true}'::jsonb),
  ('approvals_apart', '{"id":"approvals_apart","version":1,"title":"Who approved is apart from who asked","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Withdraw it and ask again: it has to be approved by others.","who":"the platform team","field":null},"takenUp":true}'::jsonb)
) as x(id, definition)
where exists (select from check_definition)
on conflict do nothing;
