-- Changes end with their window: the sweep finds those by it.
create index change_window_end on change (window_end) where window_end is not null and state in ('awaiting_approval','approved','scheduled','blocked');
