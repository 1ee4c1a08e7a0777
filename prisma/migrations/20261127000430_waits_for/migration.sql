-- What a scheduled change waits for that cannot be read now, in words: a source that is down sends nobody back. Null while nothing keeps it from starting but time.
alter table change add column waits_for text constraint change_waits_for check (length(waits_for) between 1 and 900);
