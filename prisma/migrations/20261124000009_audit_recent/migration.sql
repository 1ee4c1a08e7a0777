-- The newest events of every chain at once, for readers of all tenants.
create index audit_recent on audit_event (at_us desc, tenant_id, seq desc);
create index audit_action on audit_event (action, at_us desc, tenant_id, seq desc);
