-- `gone`: who went by readings of the last day without being asked about, so that many small removals count as one. When somebody was told that a removal is held, and that a directory is
-- not read: null where there is nothing to tell.
alter table ldap_state
  add column gone jsonb not null default '[]' constraint ldap_state_gone check (jsonb_typeof(gone) = 'array'),
  add column held_told_at timestamptz(3), add column late_told_at timestamptz(3);
