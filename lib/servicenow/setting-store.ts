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

/** Id of a tenant by its short name; its row is not locked, as whoever writes for the tenant would wait for it. */
export async function tenantNamed(tx: Transaction, slug: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from tenant where slug = ${slug} and slug <> 'platform'`
  return rows[0]?.id
}

/** Asks for a test; one that was asked for and not done yet is the same. False without a setting. */
export async function askLineTest(tx: Transaction, tenantId: string): Promise<boolean> {
  const asked = await tx.$executeRaw`
    update servicenow_line set test_asked_at = clock_timestamp(), test_done_at = null, test_ok = null, test_said = null where tenant_id = ${tenantId}`
  return asked === 1
}
