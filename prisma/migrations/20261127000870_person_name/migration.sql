-- A name is looked up without case before anybody is taken in: a directory of a hundred thousand would be searched through for each of them.
create index person_directory_name on person (directory_id, lower(user_name));
