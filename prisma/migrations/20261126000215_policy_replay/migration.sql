-- What the checks of a submit were made from, so that another version of the policy can be asked about the very same.
alter table change_revision add column facts jsonb;
-- The entitlement policy comes into force by an approved change alone, as approval policies do.
revoke insert, update on entitlement_policy from stairway_app, stairway_admin;
