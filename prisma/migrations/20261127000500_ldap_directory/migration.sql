-- A directory that is read by LDAP, instead of pushing by SCIM. What an administrator set stands in ldap_setting; how it stands with reading it in ldap_state.
alter table directory add column kind text not null default 'scim' constraint directory_kind check (kind in ('scim','ldap'));
create table ldap_setting (
  id text collate "C" primary key references directory(id),
  flavour text not null constraint ldap_flavour check (flavour in ('active_directory','openldap')),
  url text not null constraint ldap_url check (url ~ '^ldaps://[^/?#@[:space:]]+$'),
  bind_dn text not null constraint ldap_bind_dn check (length(bind_dn) between 1 and 500), secret_id text collate "C" not null references secret(id), ca_pem text,
  people_base text not null constraint ldap_people_base check (length(people_base) between 1 and 500), groups_base text not null constraint ldap_groups_base check (length(groups_base) between 1 and 500),
  name_attribute text not null constraint ldap_name_attribute check (name_attribute in ('sAMAccountName','userPrincipalName','uid')),
  every_minutes int not null constraint ldap_every check (every_minutes between 1 and 1440),
  full_every int not null constraint ldap_full_every check (full_every between 1 and 1000),           -- every so many readings look at all, and see who is gone
  max_removed_percent int not null constraint ldap_removed check (max_removed_percent between 0 and 100),
  stale_minutes int not null constraint ldap_stale check (stale_minutes between 5 and 43200),         -- older than that, checks answer with an error
  version int not null default 1, updated_at timestamptz not null default now()
);
create trigger bump before insert or update or delete on ldap_setting for each row execute function app.bump();
create trigger keep after insert or update or delete on ldap_setting for each row execute function app.keep();

-- `as_of` is when the last reading began that was taken in whole. `server_id` says which server the cursor is of: another one is read from the beginning. `held` is what a reading
-- would take away that takes away too much: a line per person or membership; `accepted` the lines that an administrator accepted.
create table ldap_state (
  directory_id text collate "C" primary key references directory(id),
  server_id text, cursor text, since_full int not null default 0, as_of timestamptz(3), full_at timestamptz(3), people int not null default 0, groups int not null default 0,
  skipped int not null default 0, skipped_some jsonb not null default '[]',
  failures int not null default 0, next_at timestamptz(3) not null default clock_timestamp(), fence bigint not null default 0, lease_until timestamptz(3),
  trouble_reason text, trouble text constraint ldap_state_trouble check (length(trouble) <= 1000), trouble_since timestamptz(3),
  held text[], held_digest bytea constraint ldap_state_digest check (length(held_digest) = 32), held_facts jsonb, held_since timestamptz(3), accepted text[],
  constraint ldap_state_held check (num_nulls(held, held_digest, held_facts, held_since) in (0, 4)),
  constraint ldap_state_told check (num_nulls(trouble_reason, trouble, trouble_since) in (0, 3))
);
-- What was read of each entry: its immutable id, where it stands, and of a group the names of its direct members. `principal_id` is who or what it is here.
create table ldap_entry (
  directory_id text collate "C" not null references directory(id), object_id text not null, kind text not null constraint ldap_entry_kind check (kind in ('person','group')),
  dn text not null, members text[] not null default '{}', principal_id text collate "C" not null references principal(id),
  primary key (directory_id, object_id)
);
create index ldap_entry_principal on ldap_entry (principal_id);

grant select on ldap_setting, ldap_state to stairway_app, stairway_platform, stairway_admin, stairway_worker;
grant insert, update, delete on ldap_setting, ldap_state to stairway_admin;
grant update on directory to stairway_admin;
grant insert, update on ldap_state to stairway_worker;
grant select, delete on ldap_entry to stairway_admin;
grant select, insert, update, delete on ldap_entry to stairway_worker;

-- How old what we know of somebody's directory is, where we read it; null where it pushes: then nobody can tell silence from nothing to say.
create function app.directory_age(person text) returns jsonb language sql stable as $$
  select jsonb_build_object('asOf', s.as_of, 'stale', s.as_of is null or s.as_of < clock_timestamp() - make_interval(mins => l.stale_minutes))
  from person p join ldap_setting l on l.id = p.directory_id join ldap_state s on s.directory_id = l.id where p.id = $1 $$;
grant execute on function app.directory_age(text) to stairway_app, stairway_platform, stairway_admin, stairway_worker;
