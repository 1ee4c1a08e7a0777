import type { Transaction } from '#lib/db/client.ts'

export type DestinationState = 'active' | 'paused' | 'removed'
type Sealed = { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string }

export type NewDestination = {
  id: string
  tenantId: string
  name: string
  format: string
  transport: string
  endpoint: string
  caPem: string | null
  /** Id of the one tenant that it covers; null is all. */
  covers: string | null
  token: Sealed | null
  signing: Sealed | null
}

/** Writes a destination, its sealed secrets and its exporter's row. A name in use is a unique violation. */
export async function insertDestination(tx: Transaction, one: NewDestination): Promise<void> {
  for (const secret of [one.token, one.signing])
    if (secret)
      await tx.$executeRaw`
        insert into secret (id, tenant_id, purpose, sealed, key_id) values (${secret.id}, ${one.tenantId}, ${secret.purpose}, ${secret.sealed}, ${secret.keyId})`
  await tx.$executeRaw`
    insert into audit_destination (id, tenant_id, name, format, transport, endpoint, ca_pem, covers, token_id, signing_id)
    values (${one.id}, ${one.tenantId}, ${one.name}, ${one.format}, ${one.transport}, ${one.endpoint}, ${one.caPem}, ${one.covers}, ${one.token?.id ?? null}, ${one.signing?.id ?? null})`
  await tx.$executeRaw`
    insert into audit_exporter (destination_id, tenant_id) values (${one.id}, ${one.tenantId})`
}

export type LockedDestination = { id: string; name: string; state: DestinationState }

/** A destination that is not removed, locked. */
export async function lockDestination(
  tx: Transaction,
  id: string,
): Promise<LockedDestination | undefined> {
  const rows = await tx.$queryRaw<LockedDestination[]>`
    select id, name, state from audit_destination where id = ${id} and state <> 'removed' for update`
  return rows[0]
}

/** Sets the state; a removed one loses its secrets for good. */
export async function setDestinationState(
  tx: Transaction,
  id: string,
  state: DestinationState,
): Promise<void> {
  await tx.$executeRaw`update audit_destination set state = ${state} where id = ${id}`
  if (state === 'removed')
    await tx.$executeRaw`
      update secret set revoked_at = clock_timestamp() where revoked_at is null
        and id in (select unnest(array[token_id, signing_id]) from audit_destination where id = ${id})`
}

/** Lets what stopped go on from where it stopped, and tries at once; answers how many chains had stopped. */
export async function letGoOn(tx: Transaction, id: string): Promise<number> {
  const stopped = await tx.$executeRaw`
    update audit_cursor set stopped_at = null, stopped_seq = null, stopped_why = null, stopped_said = null
    where destination_id = ${id} and stopped_at is not null`
  await tx.$executeRaw`
    update audit_exporter set failures = 0, next_attempt_at = clock_timestamp() where destination_id = ${id}`
  return stopped
}

/** Asks for a test; one that was asked for and not done yet is the same. */
export async function askTest(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`
    update audit_exporter set test_asked_at = clock_timestamp(), test_done_at = null, test_ok = null, test_said = null where destination_id = ${id}`
}

/** Id of a tenant by its short name. */
export async function tenantIdOf(tx: Transaction, slug: string): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ id: string }[]>`select id from tenant where slug = ${slug}`
  return rows[0]?.id
}
