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

/** Stores a sealed address in place of the one before it, which is revoked; what a test of that one said is forgotten. */
export async function replaceAddress(
  tx: Transaction,
  tenantId: string,
  { old, secret }: { old: string | null; secret: NewSecret },
): Promise<void> {
  if (old)
    await tx.$executeRaw`update secret set revoked_at = clock_timestamp() where id = ${old} and revoked_at is null`
  await tx.$executeRaw`
    update chat_line set test_asked_at = null, test_done_at = null, test_ok = null, test_said = null where tenant_id = ${tenantId}`
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
    on conflict (tenant_id) do update set trouble = null, trouble_since = null, broken = null, broken_since = null, lost = 0, failures = 0, next_attempt_at = clock_timestamp()`
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

/** The line to a tenant's channel; undefined without one, and where the tenant was retired. Only the worker's role can read the secret. */
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
    from chat_channel c join chat_line l on l.tenant_id = c.tenant_id join tenant t on t.id = c.tenant_id and t.state <> 'retired' join secret k on k.id = c.secret_id where c.tenant_id = ${tenantId} and k.revoked_at is null`
  const [row] = rows
  if (!row) return undefined
  const { id, tenant, purpose, sealed, name, ...line } = row
  return { ...line, tenant: name, secret: { id, tenant, purpose, sealed } }
}

/** The channel took a message. */
export async function chatWorks(tx: Transaction, tenantId: string): Promise<void> {
  await tx.$executeRaw`
    update chat_line set sent_at = clock_timestamp(), trouble = null, trouble_since = null, failures = 0 where tenant_id = ${tenantId}`
}

type Failed = {
  said: string
  /** How long it asked to be left alone; null where nothing is to wait, as the message was refused for itself. */
  waitSeconds: number | null
}

/**
 * It did not take one, and is left alone for as long as it asks: at least 2 seconds, and twice as long each time in a row, up to 300. What an address that was replaced meanwhile said holds
 * up nothing.
 */
export async function chatFails(
  tx: Transaction,
  { tenantId, secretId }: { tenantId: string; secretId: string },
  { said, waitSeconds }: Failed,
): Promise<void> {
  await tx.$executeRaw`
    update chat_line l set trouble = ${said.slice(0, 500)}, trouble_since = coalesce(l.trouble_since, clock_timestamp()), failures = case when ${waitSeconds}::float8 is null then l.failures else l.failures + 1 end,
      next_attempt_at = case when ${waitSeconds}::float8 is null then l.next_attempt_at
        else greatest(l.next_attempt_at, clock_timestamp() + make_interval(secs => greatest(${waitSeconds}::float8, least(power(2, least(l.failures, 10) + 1), 300)))) end
    from chat_channel c where l.tenant_id = ${tenantId} and c.tenant_id = l.tenant_id and c.secret_id = ${secretId}`
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

/** Writes what came of a test of the address that `secretId` holds, once; of one that was replaced meanwhile nothing. One that went through mends what was broken. */
export async function saveChatTest(
  tx: Transaction,
  { tenantId, secretId }: { tenantId: string; secretId: string },
  { ok, said }: { ok: boolean; said: string },
): Promise<void> {
  await tx.$executeRaw`
    update chat_line l set test_done_at = clock_timestamp(), test_ok = ${ok}, test_said = ${said.slice(0, 500)},
      broken = case when ${ok} then null else l.broken end, broken_since = case when ${ok} then null else l.broken_since end,
      trouble = case when ${ok} then null else l.trouble end, trouble_since = case when ${ok} then null else l.trouble_since end,
      lost = case when ${ok} then 0 else l.lost end, failures = case when ${ok} then 0 else l.failures end
    from chat_channel c where l.tenant_id = ${tenantId} and c.tenant_id = l.tenant_id and c.secret_id = ${secretId} and l.test_done_at is null`
}
