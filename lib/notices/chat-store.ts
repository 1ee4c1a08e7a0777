import type { Transaction } from '#lib/db/client.ts'
import type { ChatKind } from './chat-format.ts'
import type { ChatGroup } from './chat-words.ts'

export type ChatSetting = { state: 'on' | 'off'; kind: ChatKind; host: string; groups: ChatGroup[] }
type NewSecret = { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string }
type Sealed = { id: string; tenant: string; purpose: string; sealed: Uint8Array }

/** A tenant's channel, locked. */
export async function lockChannel(
  tx: Transaction,
  tenantId: string,
): Promise<(ChatSetting & { id: string; secretId: string }) | undefined> {
  const rows = await tx.$queryRaw<(ChatSetting & { id: string; secretId: string })[]>`
    select id, state, kind, host, groups, secret_id as "secretId" from chat_channel where tenant_id = ${tenantId} for update`
  return rows[0]
}

/** Stores a sealed address in place of the one before it, which is revoked. */
export async function replaceAddress(
  tx: Transaction,
  tenantId: string,
  { old, secret }: { old: string | null; secret: NewSecret },
): Promise<void> {
  if (old)
    await tx.$executeRaw`update secret set revoked_at = clock_timestamp() where id = ${old} and revoked_at is null`
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id) values (${secret.id}, ${tenantId}, ${secret.purpose}, ${secret.sealed}, ${secret.keyId})`
}

/** Writes a channel, and the line beside it. A new address is believed until it says otherwise; what waits is tried at once. */
export async function writeChannel(
  tx: Transaction,
  { id, tenantId, secretId }: { id: string; tenantId: string; secretId: string },
  { state, kind, host, groups }: ChatSetting,
): Promise<void> {
  await tx.$executeRaw`
    insert into chat_channel (id, tenant_id, state, kind, host, secret_id, groups) values (${id}, ${tenantId}, ${state}, ${kind}, ${host}, ${secretId}, ${groups})
    on conflict (tenant_id) do update set state = excluded.state, kind = excluded.kind, host = excluded.host, secret_id = excluded.secret_id, groups = excluded.groups`
  await tx.$executeRaw`
    insert into chat_line (tenant_id) values (${tenantId})
    on conflict (tenant_id) do update set trouble = null, trouble_since = null, broken = null, broken_since = null, lost = 0, next_attempt_at = clock_timestamp()`
}

/** Asks for a test; one that was asked for and not done yet is the same. False without a channel. */
export async function askChatTest(tx: Transaction, tenantId: string): Promise<boolean> {
  const asked = await tx.$executeRaw`
    update chat_line set test_asked_at = clock_timestamp(), test_done_at = null, test_ok = null, test_said = null where tenant_id = ${tenantId}`
  return asked === 1
}

/** A tenant's channel as the worker reaches it, its address still sealed. */
export type ChatLine = {
  tenantId: string
  tenant: string
  state: 'on' | 'off'
  kind: ChatKind
  /** That the address takes nothing any more. */
  broken: boolean
  /** Seconds before which nothing is sent, as the system asked. */
  waitSeconds: number
  testWanted: boolean
  secret: Sealed
}

/** The line to a tenant's channel; undefined without one. Only the worker's role can read the secret. */
export async function openChatLine(
  tx: Transaction,
  tenantId: string,
): Promise<ChatLine | undefined> {
  const rows = await tx.$queryRaw<
    (Omit<ChatLine, 'secret' | 'tenant'> & { name: string } & Sealed)[]
  >`
    select c.tenant_id as "tenantId", t.name, c.state, c.kind, l.broken is not null as broken,
      greatest(0, extract(epoch from l.next_attempt_at - clock_timestamp()))::float8 as "waitSeconds", l.test_asked_at is not null and l.test_done_at is null as "testWanted",
      k.id, k.tenant_id as tenant, k.purpose, k.sealed
    from chat_channel c join chat_line l on l.tenant_id = c.tenant_id join tenant t on t.id = c.tenant_id join secret k on k.id = c.secret_id where c.tenant_id = ${tenantId} and k.revoked_at is null`
  const [row] = rows
  if (!row) return undefined
  const { id, tenant, purpose, sealed, name, ...line } = row
  return { ...line, tenant: name, secret: { id, tenant, purpose, sealed } }
}

/** The channel took a message. */
export async function chatWorks(tx: Transaction, tenantId: string): Promise<void> {
  await tx.$executeRaw`
    update chat_line set sent_at = clock_timestamp(), trouble = null, trouble_since = null where tenant_id = ${tenantId}`
}

/** It did not take one and is tried again, not before so many seconds. */
export async function chatFails(
  tx: Transaction,
  tenantId: string,
  { said, afterSeconds }: { said: string; afterSeconds: number },
): Promise<void> {
  await tx.$executeRaw`
    update chat_line set trouble = ${said.slice(0, 500)}, trouble_since = coalesce(trouble_since, clock_timestamp()),
      next_attempt_at = greatest(next_attempt_at, clock_timestamp() + make_interval(secs => ${afterSeconds})) where tenant_id = ${tenantId}`
}

/** The address that `secretId` holds takes nothing any more. True where that is new; of an address that was replaced meanwhile it says nothing. */
export async function chatBreaks(
  tx: Transaction,
  { tenantId, secretId, said }: { tenantId: string; secretId: string; said: string },
): Promise<boolean> {
  const broken = await tx.$executeRaw`
    update chat_line l set broken = ${said.slice(0, 500)}, broken_since = clock_timestamp(), trouble = null, trouble_since = null
    from chat_channel c where l.tenant_id = ${tenantId} and c.tenant_id = l.tenant_id and c.secret_id = ${secretId} and l.broken is null`
  return broken === 1
}

/** Settles a message that does not go out: dropped with its channel, or lost, which the page counts. */
export async function settleUnsent(
  tx: Transaction,
  { id, tenantId }: { id: string; tenantId: string },
  outcome: { dropped: true } | { lost: string },
): Promise<void> {
  const state = 'dropped' in outcome ? 'dropped' : 'dead'
  const said = 'dropped' in outcome ? null : outcome.lost
  const settled = await tx.$executeRaw`
    update delivery set state = ${state}, last_error = ${said} where id = ${id}::bigint and state = 'pending'`
  if (settled === 1 && state === 'dead')
    await tx.$executeRaw`update chat_line set lost = lost + 1 where tenant_id = ${tenantId}`
}

/** Writes what came of a test, once. One that went through mends what was broken. */
export async function saveChatTest(
  tx: Transaction,
  tenantId: string,
  { ok, said }: { ok: boolean; said: string },
): Promise<void> {
  await tx.$executeRaw`
    update chat_line set test_done_at = clock_timestamp(), test_ok = ${ok}, test_said = ${said.slice(0, 500)},
      broken = case when ${ok} then null else broken end, broken_since = case when ${ok} then null else broken_since end,
      trouble = case when ${ok} then null else trouble end, trouble_since = case when ${ok} then null else trouble_since end,
      lost = case when ${ok} then 0 else lost end where tenant_id = ${tenantId} and test_done_at is null`
}
