import type { Transaction } from '#lib/db/client.ts'

export type Setting = {
  mode: string
  instance: string
  auth: string
  user: string
  group: string
  template: string | null
}
type NewSecret = { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string }

export type LockedSetting = Setting & { id: string; secretId: string; version: number }

/** A tenant's setting, locked. */
export async function lockSetting(
  tx: Transaction,
  tenantId: string,
): Promise<LockedSetting | undefined> {
  const rows = await tx.$queryRaw<LockedSetting[]>`
    select id, mode, instance, auth, user_name as "user", assignment_group as "group", template, secret_id as "secretId", version
    from servicenow_setting where tenant_id = ${tenantId} for update`
  return rows[0]
}

/** Stores a sealed secret in place of the one before it, which is revoked. */
export async function replaceSecret(
  tx: Transaction,
  tenantId: string,
  { old, secret }: { old: string | null; secret: NewSecret },
): Promise<void> {
  if (old)
    await tx.$executeRaw`update secret set revoked_at = clock_timestamp() where id = ${old} and revoked_at is null`
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id) values (${secret.id}, ${tenantId}, ${secret.purpose}, ${secret.sealed}, ${secret.keyId})`
}

/** Writes a setting, and the line that the worker keeps beside it; what waited for the instance is tried at once. */
export async function writeSetting(
  tx: Transaction,
  { id, tenantId, secretId }: { id: string; tenantId: string; secretId: string },
  setting: Setting,
): Promise<void> {
  const { mode, instance, auth, user, group, template } = setting
  await tx.$executeRaw`
    insert into servicenow_setting (id, tenant_id, mode, instance, auth, user_name, secret_id, assignment_group, template)
    values (${id}, ${tenantId}, ${mode}, ${instance}, ${auth}, ${user}, ${secretId}, ${group}, ${template})
    on conflict (tenant_id) do update set mode = excluded.mode, instance = excluded.instance, auth = excluded.auth, user_name = excluded.user_name, secret_id = excluded.secret_id,
      assignment_group = excluded.assignment_group, template = excluded.template`
  await tx.$executeRaw`
    insert into servicenow_line (tenant_id) values (${tenantId})
    on conflict (tenant_id) do update set failures = 0, trouble = null, trouble_since = null, next_attempt_at = clock_timestamp()`
}

/** Follows every change of the tenant that has not started, and whatever was followed before and moved since; answers those that wait to start. */
export async function followOpen(tx: Transaction, tenantId: string): Promise<string[]> {
  await tx.$executeRaw`
    insert into servicenow_change (change_id, tenant_id) select c.id, c.tenant_id from change c
    where c.tenant_id = ${tenantId} and c.state in ('assessing','changes_requested','awaiting_approval','approved','scheduled','blocked')
    on conflict (change_id) do update set wanted = servicenow_change.wanted + 1, failures = 0, next_attempt_at = clock_timestamp()`
  await tx.$executeRaw`
    update servicenow_change f set wanted = wanted + 1, failures = 0, next_attempt_at = clock_timestamp() from change c
    where f.tenant_id = ${tenantId} and c.id = f.change_id and c.state in ('executing','verifying','failed','review_due','overdue')`
  return waitingToStart(tx, tenantId)
}

/** Changes of a tenant that are approved and have not started. */
export async function waitingToStart(tx: Transaction, tenantId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change where tenant_id = ${tenantId} and state in ('approved','scheduled','blocked')`
  return rows.map(({ id }) => id)
}

/** Asks for a test; one that was asked for and not done yet is the same. False without a setting. */
export async function askLineTest(tx: Transaction, tenantId: string): Promise<boolean> {
  const asked = await tx.$executeRaw`
    update servicenow_line set test_asked_at = clock_timestamp(), test_done_at = null, test_ok = null, test_said = null where tenant_id = ${tenantId}`
  return asked === 1
}
