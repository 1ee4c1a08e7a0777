-- The built-in rule on owning teams asks for a team of the tenant, and the two checks of free names no longer claim what nobody looked at.
-- Where the text in force still has the built-in rule, it comes into force anew, as a new version; what an organisation wrote itself stays.
do $$ declare
  past text := 'context.team_exists && context.team_members >= 2'; rule text := 'context.team_exists && context.team_of_tenant && context.team_members >= 2';
  old entitlement_policy; body text;
begin
  update entitlement_policy set effective_to = clock_timestamp() where effective_to is null and position(past in entitlement_policy.body) > 0 returning * into old;
  if not found then return; end if;
  body := replace(old.body, past, rule);
  body := replace(body, '@title("The repository name is free")', '@title("The repository name is not known to be taken")');
  body := replace(body, '@title("The namespace is free")', '@title("The namespace is not known to be taken")');
  insert into entitlement_policy (version, body, hash, effective_from, proposed_by, approved_by)
    values (old.version + 1, body, sha256(convert_to(body, 'UTF8')), old.effective_to, 'sys:migration', 'sys:release');
end $$;
update check_definition set title = 'The repository name is not known to be taken' where id = 'repository_free' and title = 'The repository name is free';
update check_definition set title = 'The namespace is not known to be taken' where id = 'namespace_free' and title = 'The namespace is free';
