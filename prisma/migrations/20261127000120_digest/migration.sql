-- Who wants the mails about waiting approvals once a day, and at which hour of their clocks. Without a row: each at once.
create table notice_preference (
  person_id text collate "C" primary key references person(id),
  daily boolean not null, hour smallint not null constraint preference_hour check (hour between 0 and 23), zone text not null constraint preference_zone check (length(zone) between 1 and 60),
  saved_at timestamptz(3) not null default clock_timestamp()
);
alter table notice_preference enable row level security;
create policy own on notice_preference to stairway_app using (person_id = (select app.actor()));
create policy across on notice_preference to stairway_worker, stairway_admin using (true);
create policy own_read on notice_preference for select to stairway_platform using (person_id = (select app.actor()));
grant select, insert, update on notice_preference to stairway_app;
grant select on notice_preference to stairway_platform, stairway_admin;
grant select, update on notice_preference to stairway_worker;                                 -- update: to hold the row while a digest is made

-- One digest a person and day of theirs, whoever makes it and however often one dies over it.
create table notice_digest (
  person_id text collate "C" not null references person(id), day date not null, changes int not null, made_at timestamptz(3) not null default clock_timestamp(),
  primary key (person_id, day)
);
alter table notice_digest enable row level security;
create policy own on notice_digest to stairway_app using (person_id = (select app.actor()));
create policy across on notice_digest to stairway_worker, stairway_admin using (true);
create policy own_read on notice_digest for select to stairway_platform using (person_id = (select app.actor()));
create trigger append_only before update or delete on notice_digest for each row execute function app.refuse();
grant select on notice_digest to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert (person_id, day, changes) on notice_digest to stairway_worker;

-- A mail that is held for a digest is the row of the mail itself: it is pending, held, in a digest, or dropped because nobody is asked any more; never two of them, never none.
alter table delivery
  add column person_id text collate "C" references person(id), add column change_id text collate "C",
  drop constraint delivery_state_known,
  add constraint delivery_state_known check (state in ('pending','sent','dead','held','digested','dropped')),
  add constraint delivery_held_for check (state not in ('held','digested','dropped') or person_id is not null and change_id is not null);
create index delivery_held on delivery (person_id) where state = 'held';

-- Hours before the deadline of one of its stages from which on a change is not put off.
create function app.is_urgent(of_change text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from change c where c.id = of_change and (c.type = 'emergency' or exists (
    select from approval_stage s where s.change_id = c.id and s.revision = c.revision and s.state = 'open' and s.due_at <= clock_timestamp() + interval '4 hours')))
$$;
-- Is this person's mail about a waiting approval put off to their digest?
create function app.puts_off(person text, event text, of_change text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select (event like 'approval.asked.%' or event like 'approval.reminder.%') and exists (select from notice_preference p where p.person_id = puts_off.person and p.daily) and not app.is_urgent(of_change)
$$;
-- Does a change still wait for this person, for themselves or by delegation?
create function app.still_asked(person text, of_change text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person p where p.id = still_asked.person and p.status = 'active')
    and not exists (select from change_barred b where b.change_id = of_change and b.person_id = still_asked.person)
    and not exists (select from change c join decision d on d.change_id = c.id and d.revision = c.revision where c.id = of_change and still_asked.person in (d.decider_id, d.delegator_id))
    and exists (select from change c join stage_principal s on s.change_id = c.id and s.open where c.id = of_change and c.state = 'awaiting_approval' and (
      s.principal_id in (select app.principals_of(still_asked.person))
      or exists (select from app.mandates(still_asked.person) m where m.principal_id = s.principal_id and (m.everywhere or m.tenant_id = s.tenant_id))))
$$;
revoke execute on function app.is_urgent(text), app.puts_off(text, text, text), app.still_asked(text, text) from public;
grant execute on function app.is_urgent(text), app.puts_off(text, text, text), app.still_asked(text, text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
