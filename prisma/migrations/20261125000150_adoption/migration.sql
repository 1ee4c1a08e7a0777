-- What stood in a namespace that a service is to adopt, as the worker saw it. A row is written once and never altered after: plans name the one that they were made from.
create table adoption_survey (
  id text collate "C" primary key constraint adoption_survey_prefix check (id like 'srv\_%'), tenant_id text collate "C" not null references tenant(id),
  cluster_id text collate "C" not null references cluster(id), namespace text not null,
  wanted jsonb not null default '[]' constraint adoption_survey_wanted check (jsonb_typeof(wanted) = 'array'),  -- what we would place there, tried where we may
  asked_by text not null, asked_at timestamptz(3) not null default clock_timestamp(),
  surveyed_at timestamptz(3), standing jsonb, trouble text constraint adoption_survey_trouble check (length(trouble) <= 1000),
  constraint adoption_survey_told check (surveyed_at is null or (standing is null) <> (trouble is null))
);
create index adoption_survey_place on adoption_survey (tenant_id, cluster_id, namespace, asked_at desc);
create index adoption_survey_cluster on adoption_survey (cluster_id);
alter table adoption_survey enable row level security;
create policy tenant_wall on adoption_survey to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy across on adoption_survey to stairway_worker, stairway_admin using (true);
create policy across_read on adoption_survey for select to stairway_platform using (true);
grant select, insert on adoption_survey to stairway_app;
grant select on adoption_survey to stairway_admin, stairway_platform;
grant select, insert, update, delete on adoption_survey to stairway_worker;

-- Objects of ours that stood before we applied them: theirs who made them, so never deleted by us.
alter table target_object add column existed_before boolean not null default false;
-- The namespace was there before us.
alter table service_instance add column adopted boolean not null default false;
