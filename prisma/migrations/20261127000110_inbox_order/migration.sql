-- The inbox in its order, from one index: the hour in which it is due, then the higher risk, then what is due first. Kept by the database, never by who writes.
alter table stage_principal
  add column due_hour timestamptz(3) not null default '-infinity',   -- the hour that `due_at` is in
  add column calm smallint not null default 100;                     -- 100 less the risk of the change, so that all of it is read upwards
create function app.queue_place() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.due_hour := date_bin('1 hour', new.due_at, timestamptz '2000-01-01 00:00:00+00');
  if tg_op = 'INSERT' then select 100 - coalesce(c.risk_score, 0) into strict new.calm from change c where c.id = new.change_id; end if;
  return new;
end $$;
create trigger queue_place before insert or update of due_at on stage_principal for each row execute function app.queue_place();
create function app.queue_follows_risk() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update stage_principal set calm = 100 - coalesce(new.risk_score, 0) where change_id = new.id;
  return null;
end $$;
create trigger queue_follows_risk after update of risk_score on change for each row when (old.risk_score is distinct from new.risk_score) execute function app.queue_follows_risk();
revoke execute on function app.queue_place(), app.queue_follows_risk() from public;
update stage_principal p set due_hour = date_bin('1 hour', p.due_at, timestamptz '2000-01-01 00:00:00+00'), calm = 100 - coalesce(c.risk_score, 0) from change c where c.id = p.change_id;
drop index stage_principal_queue;
create index stage_principal_queue on stage_principal (principal_id, due_hour, calm, due_at, stage_id) where open;
