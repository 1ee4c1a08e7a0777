-- Since when an object is to be suspended or resumed, and when somebody was told that it was not: once for as long as it lasts.
alter table freeze_hold add column wanted_at timestamptz(3) not null default clock_timestamp(), add column told_at timestamptz(3);
-- What is due, and what is late, is found among the few that are neither held nor over.
create index freeze_hold_due on freeze_hold (cluster_id, wanted_at) where state in ('asked','releasing');
