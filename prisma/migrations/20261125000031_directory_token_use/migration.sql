-- When a directory's token was used last, to the minute: whether the old one of two may be revoked.
alter table directory_token add column used_at timestamptz;
