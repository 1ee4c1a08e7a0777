-- How often in a row a channel took nothing: it is the channel that is waited for longer each time, not each message for itself.
alter table chat_line add column failures int not null default 0;
