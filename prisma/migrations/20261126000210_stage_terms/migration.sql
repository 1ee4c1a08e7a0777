-- What a stage asks besides its people: its place in the sequence, how many rejections end it, a comment, a fresh sign-in, how long approvals count.
alter table approval_stage
  add column wave smallint not null default 1 constraint stage_wave check (wave >= 1),
  add column due_hours int not null default 48 constraint stage_due_hours check (due_hours >= 1),
  add column veto smallint default 1 constraint stage_veto check (veto >= 1),   -- null: only a quorum that cannot be reached any more
  add column comment_required boolean not null default false,
  add column step_up_minutes int constraint stage_step_up check (step_up_minutes >= 1),
  add column valid_hours int constraint stage_valid_hours check (valid_hours >= 1);

-- Opens the stages that follow once every stage before them is satisfied, from when their time runs; answers them.
create function app.open_next_stages(of_change text, of_revision int) returns setof text language sql as $$
  with opened as (
    update approval_stage s set state = 'open', due_at = clock_timestamp() + make_interval(hours => s.due_hours)
    where s.change_id = of_change and s.revision = of_revision and s.state = 'waiting'
      and not exists (select 1 from approval_stage b where b.change_id = of_change and b.revision = of_revision and b.wave < s.wave and b.state <> 'satisfied')
    returning s.id, s.due_at),
  due as (update stage_principal p set due_at = o.due_at from opened o where p.stage_id = o.id)
  select id from opened;
$$;
grant execute on function app.open_next_stages(text, int) to stairway_app, stairway_admin, stairway_worker;

-- A policy comes into force by an approved change alone: the worker puts it there, web can neither write nor switch one.
revoke insert, update on approval_policy, approval_policy_version from stairway_app, stairway_admin;
