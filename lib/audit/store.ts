import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { AuditEntry } from './event.ts'

/** Appends one event to the tenant's chain, in the caller's transaction. Call it last: the chain's head stays locked to the commit. */
export async function record(
  tx: Transaction,
  { tenant, action, subject, payload }: AuditEntry,
): Promise<void> {
  await tx.$queryRaw`select app.audit(${tenant}, ${action}, ${subject}, ${canonicalJson(payload ?? {})})::text as seq`
}

export type ChainHead = {
  tenantId: string
  tenant: string
  name: string
  events: number
  head: string
}

/** Chains of the tenants named, or every one (null), with their length and newest hash. */
export async function chainHeads(
  tx: Transaction,
  tenants: readonly string[] | null,
): Promise<ChainHead[]> {
  return tx.$queryRaw<ChainHead[]>`
    select t.id as "tenantId", t.slug as tenant, t.name, h.seq::int as events, encode(h.hash, 'hex') as head
    from audit_head h join tenant t on t.id = h.tenant_id
    where ${tenants === null} or t.id = any(${[...(tenants ?? [])]}) order by t.name`
}

/** First broken sequence number of a tenant's chain, or null when every hash holds. */
export async function firstBreak(tx: Transaction, tenant: string): Promise<number | null> {
  const rows = await tx.$queryRaw<
    { seq: number | null }[]
  >`select app.audit_first_break(${tenant})::int as seq`
  return rows[0]?.seq ?? null
}
