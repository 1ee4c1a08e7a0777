-- Who stores a credential may see that it exists, how old it is, and end it; the sealed bytes stay with the worker.
grant select (id, tenant_id, purpose, key_id, expires_at, created_at, revoked_at) on secret to stairway_app, stairway_admin, stairway_platform;
