-- Where facts come from that are not our own: one source of each kind, proposed by one administrator of the platform and confirmed by another, since whoever
-- says where facts are read says who passes. What a source said stands in fact; how it stands with its reading in source_state, which checks read for the age.
create table fact_source (
  id text collate "C" primary key constraint fact_source_prefix check (id like 'src\_%'), tenant_id text collate "C" not null references tenant(id),
  kind text not null constraint fact_source_kind check (kind in ('training','clearance','oncall','finance','prices','applications')),
  transport text not null constraint fact_source_transport check (transport in ('https','file')),
  format text not null constraint fact_source_format check (format in ('csv','json')),
  address text not null, ca_pem text, token_id text collate "C" references secret(id),
  every_minutes int not null constraint fact_source_every check (every_minutes between 1 and 1440),
  max_removed_percent int not null constraint fact_source_removed check (max_removed_percent between 0 and 100),
  state text not null default 'proposed' constraint fact_source_state check (state in ('proposed','active','refused','removed')),
  reason text not null constraint fact_source_reason check (length(reason) between 1 and 500),
  proposed_by text collate "C" not null, decided_by text collate "C", decided_at timestamptz(3),
  version int not null default 1, updated_at timestamptz not null default now(),
  constraint fact_source_two check (decided_by <> proposed_by),
  constraint fact_source_decided check (state = 'proposed' or state = 'removed' or (decided_by is not null and decided_at is not null)),
  constraint fact_source_file check (transport = 'https' or num_nonnulls(ca_pem, token_id) = 0)
);
create unique index fact_source_active on fact_source (kind) where state = 'active';
create unique index fact_source_proposed on fact_source (kind) where state = 'proposed';
-- What was proposed is what is confirmed.
create function app.source_stays() returns trigger language plpgsql as $$ begin
  if (new.id, new.kind, new.transport, new.format, new.address, new.ca_pem, new.token_id, new.every_minutes, new.max_removed_percent, new.proposed_by)
    is distinct from (old.id, old.kind, old.transport, old.format, old.address, old.ca_pem, old.token_id, old.every_minutes, old.max_removed_percent, old.proposed_by)
    then raise exception 'what was proposed of a source does not change' using errcode = 'SW005'; end if;
  return new;
end $$;
create trigger source_stays before update on fact_source for each row execute function app.source_stays();
create trigger bump before insert or update or delete on fact_source for each row execute function app.bump();
create trigger keep after insert or update or delete on fact_source for each row execute function app.keep();

-- `as_of` is the age of what is known: when the source itself was written, as it says. Null: never read since it was set up. `held_digest` is what would take away more
-- than it may at once; it is read when `accepted_digest` names it.
create table source_state (
  kind text primary key, source_id text collate "C" references fact_source(id),
  as_of timestamptz(3), read_at timestamptz(3), digest bytea constraint source_state_digest check (length(digest) = 32), records int not null default 0, troubled int not null default 0,
  failures int not null default 0, next_at timestamptz(3) not null default clock_timestamp(), fence bigint not null default 0, lease_until timestamptz(3),
  trouble text constraint source_state_trouble check (length(trouble) <= 1000), trouble_since timestamptz(3),
  held_digest bytea, held_removed int, held_of int, held_since timestamptz(3), accepted_digest bytea,
  constraint source_state_held check (num_nulls(held_digest, held_removed, held_of, held_since) in (0, 4))
);
alter table fact_source enable row level security;
create policy tenant_wall on fact_source to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on fact_source to stairway_worker, stairway_admin using (true);
create policy across_read on fact_source for select to stairway_platform using (true);
grant select on fact_source, source_state to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert, update on fact_source, source_state to stairway_admin;
grant insert, update on source_state to stairway_worker;
grant delete on fact to stairway_worker;

-- Checks that an organisation takes up, for a database that has checks already; another gets them from the seed.
insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
select x.id, 1, x.definition->>'title', x.definition->>'severity', x.definition->'waivable' <> 'false'::jsonb, (x.definition->>'maxWaiverDays')::int, x.definition
from (values
  ('training_current', '{"id":"training_current","version":1,"title":"Your training for production is current","severity":"blocking","waivable":{"by":"platform","maxDays":7,"reasons":["course_lapsed"],"secondPerson":true},"maxWaiverDays":7,"scope":"request","freshMinutes":2880,"remedy":{"text":"Take the course that is named here; the next reading of the training feed shows it.","who":"your training coordinator","field":null},"takenUp":true}'::jsonb),
  ('cleared_for_class', '{"id":"cleared_for_class","version":1,"title":"You and the team are cleared for this class of data","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":2880,"remedy":{"text":"Ask for the clearance, or choose a lower class of data.","who":"personnel security","field":"dataClass"},"takenUp":true}'::jsonb),
  ('team_on_call', '{"id":"team_on_call","version":1,"title":"Somebody of the team is on call","severity":"blocking","waivable":{"by":"tenant_owner","maxDays":14,"reasons":["nobody_on_call"],"secondPerson":true},"maxWaiverDays":14,"scope":"request","freshMinutes":60,"remedy":{"text":"Set up a rota for the team in the on-call system.","who":"the owning team","field":"owningTeam"},"takenUp":true}'::jsonb),
  ('cost_team', '{"id":"cost_team","version":1,"title":"The team may charge the cost code","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":10080,"remedy":{"text":"Choose a code that the team may charge, or ask its owner to add the team.","who":"the owner of the cost code, through finance","field":"costCode"},"takenUp":true}'::jsonb),
  ('cost_budget', '{"id":"cost_budget","version":1,"title":"The estimate is within the budget","severity":"advisory","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":10080,"remedy":{"text":"Choose a smaller size or fewer clusters, or have the budget raised.","who":"finance","field":"size"},"takenUp":true}'::jsonb),
  ('application_registered', '{"id":"application_registered","version":1,"title":"The business application is registered and in use","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":10080,"remedy":{"text":"Choose an application of the register, or have it registered first.","who":"enterprise architecture","field":"application"},"takenUp":true}'::jsonb),
  ('template_intact', '{"id":"template_intact","version":1,"title":"The template is what was published","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Tell the platform team: what is stored of the template is not what was published.","who":"the platform team","field":"template"},"takenUp":true}'::jsonb),
  ('duties_apart', '{"id":"duties_apart","version":1,"title":"Asking and signing off are apart","severity":"blocking","waivable":{"by":"platform","maxDays":30,"reasons":["asks_and_approves"],"secondPerson":true},"maxWaiverDays":30,"scope":"request","freshMinutes":null,"remedy":{"text":"Ask an owner of the tenant to take back one of the two roles.","who":"the tenant’s owners","field":null},"takenUp":true}'::jsonb),
  ('service_unique', '{"id":"service_unique","version":1,"title":"The service is not there already","severity":"blocking","waivable":false,"maxWaiverDays":null,"scope":"request","freshMinutes":null,"remedy":{"text":"Look at the services named here first: one of them may be what you need.","who":"you","field":"name"},"takenUp":true}'::jsonb),
  ('data_residency', '{"id":"data_residency","version":1,"title":"The region may hold this class of data","severity":"blocking","waivable":{"by":"platform","maxDays":90,"reasons":["region_refused"],"secondPerson":true},"maxWaiverDays":90,"scope":"target","freshMinutes":null,"remedy":{"text":"Choose a cluster in a region that may hold the class.","who":"the privacy officer, through the platform team","field":"targets"},"takenUp":true}'::jsonb),
  ('environment_ladder', '{"id":"environment_ladder","version":1,"title":"A lower environment comes first","severity":"blocking","waivable":{"by":"platform","maxDays":30,"reasons":["no_lower_environment"],"secondPerson":true},"maxWaiverDays":30,"scope":"environment","freshMinutes":null,"remedy":{"text":"Choose a cluster of a lower environment as well.","who":"you","field":"targets"},"takenUp":true}'::jsonb)
) as x(id, definition)
where exists (select from check_definition)
on conflict do nothing;
