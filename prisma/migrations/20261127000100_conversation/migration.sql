-- What people say to each other about a change. Nothing that is decided or planned reads it, and nothing of it is altered or taken back.
create table change_comment (
  id text collate "C" primary key constraint comment_prefix check (id like 'cmt\_%'),
  tenant_id text collate "C" not null references tenant(id), change_id text collate "C" not null, revision int not null,
  author_id text collate "C" not null references person(id),
  body text not null constraint comment_length check (length(body) between 1 and 4000),        -- plain text; whom it mentions stands in it as @{id}
  mentions text[] collate "C" not null default '{}' constraint comment_mentions check (cardinality(mentions) <= 20),
  at timestamptz(3) not null default clock_timestamp(),
  foreign key (tenant_id, change_id) references change (tenant_id, id)
);
create index change_comment_talk on change_comment (change_id, at desc, id desc);
create trigger append_only before update or delete on change_comment for each row execute function app.refuse();
create trigger no_truncate before truncate on change_comment for each statement execute function app.refuse();
alter table change_comment enable row level security;
create policy tenant_wall on change_comment to stairway_app using (tenant_id = any ((select app.tenants())::text[]));
create policy platforms_own on change_comment as restrictive to stairway_app using (tenant_id <> 'ten_' || repeat('0', 26) or (select app.of_platform()));
create policy across on change_comment to stairway_worker, stairway_admin using (true);
create policy across_read on change_comment for select to stairway_platform using (true);
grant select on change_comment to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert (id, tenant_id, change_id, revision, author_id, body, mentions) on change_comment to stairway_app;

-- Nobody speaks in another's name, nor about a change that has ended. The lock keeps it from ending before the comment is there.
create function app.comment_said() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.author_id <> app.actor() then raise exception 'nobody comments for another' using errcode = 'SW043'; end if;
  perform from change c where c.id = new.change_id and c.state not in ('closed','rejected','cancelled','expired') for share;
  if not found then raise exception 'the change has ended' using errcode = 'SW044'; end if;
  return new;
end $$;
create trigger comment_said before insert on change_comment for each row execute function app.comment_said();

-- Does somebody read changes of a tenant, now: by any role there, or by one of the platform's that read across tenants?
create function app.reads_changes(person text, in_tenant text) returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select exists (select from person p where p.id = reads_changes.person and p.status = 'active') and exists (
    select from membership m where m.principal_id in (select app.principals_of(reads_changes.person)) and (m.expires_at is null or m.expires_at > clock_timestamp())
      and (m.tenant_id = in_tenant or m.tenant_id = 'ten_' || repeat('0', 26) and m.role in ('admin','auditor','approver')))
$$;
revoke execute on function app.comment_said(), app.reads_changes(text, text) from public;
grant execute on function app.reads_changes(text, text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
