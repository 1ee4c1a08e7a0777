-- Keys with which a cluster's Flux signs its events are derived; a rebuild raises the generation, and so issues all of them anew.
alter table cluster add column hook_generation smallint not null default 1 constraint cluster_hook_generation check (hook_generation > 0);
