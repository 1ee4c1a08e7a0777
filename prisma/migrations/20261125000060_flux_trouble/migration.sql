-- What is the matter with a Flux object in a stable word, whose move it is and the next step; and what the last inspection of what it applied found.
alter table flux_object add column code text, add column whose text constraint flux_whose_known check (whose in ('yours','ours','another_team','heals_itself')),
  add column next_step text constraint flux_next_step_cap check (length(next_step) <= 1000), add column inspection jsonb;
