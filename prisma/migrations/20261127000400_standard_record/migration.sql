-- A pre-authorised change is edited under four eyes, has an owner, and a record: what went wrong since it is in force suspends it.
alter table standard_template add column in_force_since timestamptz not null default clock_timestamp(), add column suspended_at timestamptz, add column suspended_why text
  constraint standard_suspended_why check (length(suspended_why) <= 500);
alter table standard_template drop constraint standard_state_known;
alter table standard_template add constraint standard_state_known check (state in ('active','suspended','expired','ended'));
grant insert, update on standard_template to stairway_worker;
revoke insert, update, delete on standard_template from stairway_app;
create index change_standard on change (standard_id, updated_at desc) where standard_id is not null;
